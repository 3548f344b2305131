<?php

declare(strict_types=1);

use Guestbook\Guestbook;

require __DIR__ . '/../vendor/autoload.php';

Guestbook::open()->migrate();
