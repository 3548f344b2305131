#!/usr/bin/env node
// Runs the binary of the package for this platform, which npm installs as an optional dependency.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { optionalDependencies } = require("../package.json");

const platform = `${process.platform}-${process.arch}`;
const dependency = `@railpack2docker/${platform}`;

function fail(message, help) {
  process.stderr.write(`error: ${message}\nhelp: ${help}\n`);
  process.exit(1);
}

function binary() {
  if (!(dependency in optionalDependencies)) {
    fail(`there is no binary for \`${platform}\``, "compile it with `cargo install --locked railpack2docker-cli`");
  }
  const name = process.platform === "win32" ? "railpack2docker.exe" : "railpack2docker";
  try {
    return require.resolve(`${dependency}/${name}`);
  } catch {
    fail(
      `the package \`${dependency}\` is not installed`,
      "install railpack2docker on this platform, without `--omit=optional` or `--no-optional`",
    );
  }
}

const child = spawn(binary(), process.argv.slice(2), { stdio: "inherit" });

// A terminal also sends SIGINT to the binary, which decides how to end. The other signals reach only this process.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

child.on("error", (error) => fail(`can't run the binary: ${error.message}`, "install railpack2docker again"));
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
