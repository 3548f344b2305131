<?php

declare(strict_types=1);

namespace Guestbook;

use DateTimeImmutable;

final readonly class Entry
{
    public function __construct(
        public string $name,
        public string $message,
        public DateTimeImmutable $signedAt,
    ) {
    }
}
