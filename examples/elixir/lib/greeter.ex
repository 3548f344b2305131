defmodule Greeter do
  @moduledoc """
  Greets in one of the languages of `priv/greetings.txt`.
  """

  @doc """
  A greeting for `name`, in a language of its own.
  """
  def greet(name) do
    greetings = greetings()
    "#{Enum.at(greetings, :erlang.phash2(name, length(greetings)))}, #{name}!"
  end

  defp greetings do
    :greeter
    |> Application.app_dir("priv/greetings.txt")
    |> File.read!()
    |> String.split("\n", trim: true)
  end
end
