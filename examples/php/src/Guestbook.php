<?php

declare(strict_types=1);

namespace Guestbook;

use DateTimeImmutable;
use PDO;

final readonly class Guestbook
{
    public function __construct(private PDO $database)
    {
    }

    public static function open(): self
    {
        $file = getenv('GUESTBOOK_DATABASE') ?: __DIR__ . '/../storage/guestbook.sqlite';

        return new self(new PDO("sqlite:{$file}"));
    }

    public function migrate(): void
    {
        $this->database->exec(
            'CREATE TABLE IF NOT EXISTS entries (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                message TEXT NOT NULL,
                signed_at INTEGER NOT NULL
            )'
        );
    }

    public function sign(string $name, string $message): void
    {
        $this->database
            ->prepare('INSERT INTO entries (name, message, signed_at) VALUES (?, ?, ?)')
            ->execute([$name, $message, time()]);
    }

    /** @return list<Entry> the newest first */
    public function latest(int $count): array
    {
        $statement = $this->database->prepare('SELECT name, message, signed_at FROM entries ORDER BY id DESC LIMIT ?');
        $statement->bindValue(1, $count, PDO::PARAM_INT);
        $statement->execute();

        return array_map(
            static fn (array $row): Entry => new Entry(
                $row['name'],
                $row['message'],
                new DateTimeImmutable("@{$row['signed_at']}"),
            ),
            $statement->fetchAll(PDO::FETCH_ASSOC),
        );
    }
}
