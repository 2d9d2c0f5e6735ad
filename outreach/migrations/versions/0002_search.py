"""What search needs of the database."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE VIRTUAL TABLE victim_search USING fts5(words, detail=none, columnsize=0, tokenize='ascii', "
    "prefix='1 2 3')",
    "CREATE TABLE name_word (word TEXT NOT NULL PRIMARY KEY, people INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE name_word_slip (slip TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (slip, word)) "
    "WITHOUT ROWID",
)
# A short pending list: a long one is read from end to end by every search.
_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE TABLE victim_search (victim_id bigint PRIMARY KEY, words text NOT NULL, tokens tsvector NOT NULL "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED)",
    "CREATE INDEX ix_victim_search_tokens ON victim_search USING gin (tokens) "
    "WITH (fastupdate = on, gin_pending_list_limit = 256)",
    'CREATE TABLE name_word (word text COLLATE "C" PRIMARY KEY, people bigint NOT NULL)',
    "CREATE INDEX ix_name_word_parts ON name_word USING gin (word gin_trgm_ops)",
    'CREATE TABLE name_word_slip (slip text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL, '
    "PRIMARY KEY (slip, word))",
)

# The lists of victims: by need without those merged into another record, those nobody has reached yet, and by
# newest report. A partial index is as small as the question it answers.
_BOTH = (
    "CREATE INDEX ix_victim_search_need ON victim (need_score, id) WHERE coalesce(merged_into_id, 0) = 0",
    "CREATE INDEX ix_victim_search_not_reached ON victim (need_score, id) WHERE first_reached_at IS NULL",
    "CREATE INDEX ix_victim_search_newest ON fraud_report (reported_on, id)",
)


def upgrade() -> None:
    for statement in _POSTGRESQL if op.get_context().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
    for statement in _BOTH:
        op.execute(statement)


def downgrade() -> None:
    for name in ("need", "not_reached", "newest"):
        op.execute(f"DROP INDEX ix_victim_search_{name}")
    for table in ("name_word_slip", "name_word", "victim_search"):
        op.execute(f"DROP TABLE {table}")
