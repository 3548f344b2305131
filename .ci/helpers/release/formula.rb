# Installs a formula without Homebrew: formula.rb FORMULA PREFIX
#
# It implements only what the formula uses, for Linux on x86-64, and downloads the archive from its address.
require "digest"
require "fileutils"
require "open-uri"
require "pathname"
require "tmpdir"

class Formula
  class << self
    attr_reader :latest, :values

    def inherited(formula)
      super
      @latest = formula
    end

    %i[desc homepage version license url sha256].each do |name|
      define_method(name) { |value| (@values ||= {})[name] = value }
    end

    def on_linux = yield
    def on_intel = yield
    def on_macos; end
    def on_arm; end
    def test; end
  end

  class Folder < Pathname
    def install(*files)
      mkpath
      files.flatten.each { |file| FileUtils.cp(file, self) }
    end
  end

  FOLDERS = {
    bin: "bin",
    man1: "share/man/man1",
    bash_completion: "etc/bash_completion.d",
    fish_completion: "share/fish/vendor_completions.d",
    zsh_completion: "share/zsh/site-functions"
  }.freeze

  def initialize(prefix)
    @prefix = prefix
  end

  FOLDERS.each { |name, path| define_method(name) { Folder.new(File.join(@prefix, path)) } }
end

formula, prefix = ARGV
load formula
values = Formula.latest.values
missing = %i[desc homepage version license url sha256] - values.keys
abort "error: the formula has no #{missing.join(', ')}" unless missing.empty?
archive = URI.parse(values[:url]).open.read
abort "error: the checksum does not match" unless Digest::SHA256.hexdigest(archive) == values[:sha256]
Dir.mktmpdir do |work|
  IO.popen(["tar", "-xzf", "-", "--strip-components=1", "-C", work], "wb") { |tar| tar.write(archive) }
  Dir.chdir(work) { Formula.latest.new(File.expand_path(prefix)).install }
end
installed = Formula::FOLDERS.values.reject { |path| Dir.empty?(File.join(prefix, path)) }
abort "error: only #{installed.join(', ')} have files" unless installed.size == Formula::FOLDERS.size
