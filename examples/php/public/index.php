<?php

declare(strict_types=1);

use Guestbook\Guestbook;

require __DIR__ . '/../vendor/autoload.php';

$guestbook = Guestbook::open();

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $name = trim($_POST['name'] ?? '');
    $message = trim($_POST['message'] ?? '');
    if ($name !== '' && $message !== '') {
        $guestbook->sign($name, $message);
    }
    header('Location: /', true, 303);
    exit;
}

$escape = static fn (string $text): string => htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE);
$dates = new IntlDateFormatter('en_GB', IntlDateFormatter::LONG, IntlDateFormatter::SHORT);

?>
<!doctype html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <title>Guestbook</title>
</head>
<body>
    <h1>Guestbook</h1>
    <form method="post">
        <input name="name" placeholder="Name" maxlength="80" required>
        <input name="message" placeholder="Message" maxlength="400" required>
        <button>Sign</button>
    </form>
    <?php foreach ($guestbook->latest(20) as $entry): ?>
        <article>
            <h2><?= $escape($entry->name) ?></h2>
            <p><?= $escape($entry->message) ?></p>
            <time><?= $escape($dates->format($entry->signedAt)) ?></time>
        </article>
    <?php endforeach ?>
</body>
</html>
