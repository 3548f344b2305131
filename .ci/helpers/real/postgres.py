"""A PostgreSQL server on loopback, from Debian's packages, with a data directory of its own."""

import os
import pathlib
import secrets
import shutil
import subprocess

from network import free_port


class Postgres:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        self.folder.mkdir()
        if os.geteuid() == 0:
            # the server refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "--auth=scram-sha-256", "--username=postgres", f"--pwfile={self.password_file()}", "data")
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories= -c fsync=off"
        self.run("pg_ctl", "--pgdata=data", "--log=log", f"--options={options}", "--wait", "start")

    def password_file(self):
        self.password = secrets.token_hex(16)
        path = self.folder / "password"
        path.write_text(self.password)
        path.chmod(0o644)
        return path

    def run(self, program, *arguments):
        words = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]
        subprocess.run(words, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def url(self, role, password, database):
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def sql(self, text, database="postgres"):
        words = ["psql", "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        url = self.url("postgres", self.password, database)
        return subprocess.run([*words, url], input=text, text=True, check=True, capture_output=True).stdout.strip()

    def new_password(self, role):
        """Gives a role a new password, which ends the old one."""
        password = secrets.token_hex(16)
        self.sql(f"ALTER ROLE {role} PASSWORD '{password}'")
        return password

    def stop(self):
        self.run("pg_ctl", "--pgdata=data", "--mode=immediate", "stop")
