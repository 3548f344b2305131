CREATE TABLE IF NOT EXISTS books (
    id       integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    title    text NOT NULL,
    author   text NOT NULL,
    read_on  date
);

INSERT INTO books (title, author, read_on) VALUES
    ('The Left Hand of Darkness', 'Ursula K. Le Guin', '2026-02-14'),
    ('Invisible Cities', 'Italo Calvino', '2026-03-02'),
    ('The Summer Book', 'Tove Jansson', NULL);

-- The build only reads. The running app also marks books as read.
CREATE ROLE reading_list_build LOGIN;
CREATE ROLE reading_list_web LOGIN;
GRANT SELECT ON books TO reading_list_build, reading_list_web;
GRANT UPDATE (read_on) ON books TO reading_list_web;
