-- The shop's catalogue and its full-text index. `npm run seed` fills both.
CREATE TABLE product (
  number      INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  name        TEXT    NOT NULL,
  description TEXT    NOT NULL,
  category    TEXT    NOT NULL,
  thing       TEXT    NOT NULL,
  motif       TEXT    NOT NULL,
  colour      TEXT    NOT NULL,
  price       REAL    NOT NULL,
  age_from    INTEGER NOT NULL,
  age_to      INTEGER NOT NULL,
  stock       INTEGER NOT NULL,
  liked       INTEGER NOT NULL,
  also        TEXT    NOT NULL,
  features    TEXT    NOT NULL
) STRICT;

CREATE VIRTUAL TABLE product_words USING fts5 (
  thing, motif, colour, also, description, category,
  content = 'product', content_rowid = 'number', tokenize = 'porter unicode61'
);

-- Which catalogue is in there: seeding the same again changes nothing.
CREATE TABLE seeded (version TEXT NOT NULL) STRICT;
