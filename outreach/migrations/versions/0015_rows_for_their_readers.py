"""Rows that only their readers see: the walls around volunteers (PostgreSQL; SQLite has none)

Each transaction says who looks (`outreach.foundation.walls`); whoever says nothing sees no row here. Staff
and the system see what they saw before: the trade's own scope stays the first wall. A volunteer sees the
visits they have an open part in, whom these are to, who goes with them or is told when they do not check
out, and their own logs, phones, hours, record and drafts; whoever's vetting has lapsed sees the visits they
still owe a log for, and what else is their own; everybody else sees nothing. While a log is handed in
(`walls.handing_in`) its writer sees the visits they had, also those that are over: the log may come late, or
twice.

The question who is staff stands in a SELECT of its own, so that it is asked once for each statement; a table
that only staff need is then opened or shut as a whole, and its indexes serve as before. What is a volunteer's
own is told by functions, so that nobody else's statement is planned with those questions in it (in PL/pgSQL:
a function in SQL is read again for each plan, to see whether it could be written out).

To see one's companion, one's own part must be known first, and a policy may not ask its own table.
`visit_part` is the same rows by another name (its child is `visit_crew`), and shows only one's own.

Without a wall, on purpose: `victim_search`, `name_word` and its slips, since PostgreSQL would not use a
full-text or trigram index behind a wall (their operators are not leakproof): names as words, and numbers that
lead nowhere; `audit_entry`, `outbox` and `submission`, which hold no facts of a victim and are written by
everybody; accounts, vetting and sign-ins, which are asked before it is known who is there; the letterbox,
which the public face reads by a code.
"""

from collections.abc import Iterator

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ONLY_STAFF = (
    "assessment", "call_correction", "call_stats", "contact", "control_panel_contact",
    "device_answers", "device_chaser", "device_loan", "device_wait", "follow_up", "fraud_report", "household",
    "household_stay", "import_row", "letter", "letter_batch", "match_key", "measure", "measure_step",
    "referral", "referral_step", "trusted_caller", "victim_import", "victim_merge", "victim_phone")
SHARED = ("banking_protocol_call", "draft", "training", "victim", "visit", "visit_crew", "visit_log",
          "visit_phone", "visit_part", "volunteer", "volunteer_away", "volunteer_hours")
OWN = ("draft", "training", "visit_part", "visit_phone", "volunteer", "volunteer_away", "volunteer_hours")

ROLE = "(SELECT current_setting('outreach.role', true))"
STAFF = "(SELECT current_setting('outreach.role', true) IN ('officer', 'supervisor', 'ambassador', 'system'))"
# The administrator joins two spellings of a bank, and its calls move.
LISTS = ("(SELECT current_setting('outreach.role', true) IN "
         "('officer', 'supervisor', 'ambassador', 'system', 'administrator'))")
HANDS_IN = "(SELECT current_setting('outreach.deed', true) = 'hand in')"
ME = "(SELECT nullif(current_setting('outreach.actor', true), '')::bigint)"
NAMED = ("current_setting('outreach.role', true) = 'volunteer' "
         "AND account_id IN (SELECT named_contact_id FROM visit)")
OWN_RECORD = ("(SELECT volunteer.id FROM volunteer "
              "WHERE account_id = nullif(current_setting('outreach.actor', true), '')::bigint)")
PARTS = "ANY ((SELECT outreach_own_parts())::bigint[])"
OPEN = "ANY ((SELECT outreach_open_visits())::bigint[])"
VICTIMS = "ANY ((SELECT outreach_open_victims())::bigint[])"

# Own parts that are offered or accepted, until their log is accepted or none is owed; of a lapsed volunteer
# those they had. To hand in a log, every one they had: it may come late, or again.
_OWN_PARTS = """
ARRAY(
    SELECT visit_id FROM visit_part
    WHERE account_id = nullif(current_setting('outreach.actor', true), '')::bigint
    AND state = ANY (CASE
        WHEN current_setting('outreach.role', true) NOT IN ('volunteer', 'lapsed') THEN ARRAY['']
        WHEN current_setting('outreach.role', true) = 'lapsed'
          OR current_setting('outreach.deed', true) = 'hand in' THEN ARRAY['accepted', 'handed back']
        ELSE ARRAY['offered', 'accepted'] END)
    AND (owes_no_log_at IS NULL OR current_setting('outreach.role', true) = 'lapsed'
         OR current_setting('outreach.deed', true) = 'hand in')
    EXCEPT SELECT visit_id FROM visit_log
    WHERE account_id = nullif(current_setting('outreach.actor', true), '')::bigint AND state = 'accepted'
    AND current_setting('outreach.deed', true) <> 'hand in')
"""
# Behind the wall of visits; whoever only hands in sees no victim.
_OPEN_VISITS = "ARRAY(SELECT id FROM visit)"
_OPEN_VICTIMS = """
ARRAY(
    SELECT victim_id FROM visit
    WHERE current_setting('outreach.role', true) = 'volunteer'
    AND current_setting('outreach.deed', true) <> 'hand in')
"""
FUNCTIONS = {"outreach_own_parts": _OWN_PARTS, "outreach_open_visits": _OPEN_VISITS,
             "outreach_open_victims": _OPEN_VICTIMS}

_VISIT = f"(id = {PARTS} AND (state = 'planned' OR {ROLE} = 'lapsed' OR {HANDS_IN}))"
_OWN_PART = f"(account_id = {ME} AND visit_id = {PARTS})"
_WRITES_LOG = (f"({HANDS_IN} AND {_OWN_PART} AND (state = 'waits for the supervisor' "
               f"OR state = 'waits for the officer' AND {ROLE} = 'volunteer'))")
_REWRITES_LOG = f"({HANDS_IN} AND account_id = {ME} AND state NOT IN ('accepted', 'set aside'))"

# Of each shared table: who sees a row, adds one, may touch or lock one, and what it may then be.
_SEES: dict[str, str] = {
    "victim": f"{STAFF} OR id = {VICTIMS}",
    "visit": f"{STAFF} OR {_VISIT}",
    "visit_crew": f"{STAFF} OR account_id = {ME} OR visit_id = {OPEN}",
    "visit_log": f"{STAFF} OR account_id = {ME}"}
_ADDS = {"victim": STAFF, "visit": STAFF, "visit_crew": STAFF, "visit_log": f"{STAFF} OR {_WRITES_LOG}"}
_TOUCHES = {"victim": STAFF, "visit": f"{STAFF} OR {_VISIT}", "visit_crew": f"{STAFF} OR {_OWN_PART}",
            "visit_log": f"{STAFF} OR {_REWRITES_LOG}"}
_BECOMES = {"victim": STAFF, "visit": STAFF,    # a volunteer may lock their visit, and change nothing of it
            "visit_crew": f"{STAFF} OR ({_OWN_PART} AND state <> 'withdrawn')",
            "visit_log": f"{STAFF} OR {_WRITES_LOG}"}


def upgrade() -> None:
    """Raise the walls."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("CREATE TABLE visit_part (visit_id bigint NOT NULL, account_id bigint NOT NULL, "
               "state varchar(40) NOT NULL, owes_no_log_at timestamptz)")
    op.execute("ALTER TABLE visit_crew INHERIT visit_part")
    for name, answer in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name}() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE "
                   f"AS $$ BEGIN RETURN {answer}; END $$")
    for statement in _policies():
        op.execute(statement)
    for table in (*ONLY_STAFF, *SHARED):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _policies() -> Iterator[str]:
    for table in ONLY_STAFF:
        yield f"CREATE POLICY staff ON {table} USING ({STAFF})"
    for table in _SEES:
        yield f"CREATE POLICY sees ON {table} FOR SELECT USING ({_SEES[table]})"
        yield f"CREATE POLICY adds ON {table} FOR INSERT WITH CHECK ({_ADDS[table]})"
        yield (f"CREATE POLICY changes ON {table} FOR UPDATE USING ({_TOUCHES[table]}) "
               f"WITH CHECK ({_BECOMES[table]})")
        yield f"CREATE POLICY removes ON {table} FOR DELETE USING ({STAFF})"
    yield f"CREATE POLICY staff ON banking_protocol_call USING ({LISTS})"
    yield f"CREATE POLICY own ON draft USING ({ROLE} = 'system' OR account_id = {ME})"
    for table in ("visit_phone", "volunteer", "volunteer_hours"):
        yield f"CREATE POLICY own ON {table} USING ({STAFF} OR account_id = {ME})"
    # Whoever goes on a visit may ring the one who is told when nobody checks out.
    yield f"CREATE POLICY named_contact ON volunteer FOR SELECT USING ({NAMED})"
    for table in ("training", "volunteer_away"):    # behind the wall of volunteers
        yield f"CREATE POLICY own ON {table} USING ({STAFF} OR volunteer_id = {OWN_RECORD})"
    yield f"CREATE POLICY own ON visit_part FOR SELECT USING (account_id = {ME})"


def downgrade() -> None:
    """Take the walls down."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ONLY_STAFF:
        op.execute(f"DROP POLICY staff ON {table}")
    for policy in ("sees", "adds", "changes", "removes"):
        for table in _SEES:
            op.execute(f"DROP POLICY {policy} ON {table}")
    op.execute("DROP POLICY staff ON banking_protocol_call")
    op.execute("DROP POLICY named_contact ON volunteer")
    for table in OWN:
        op.execute(f"DROP POLICY own ON {table}")
    for name in reversed([*FUNCTIONS]):
        op.execute(f"DROP FUNCTION {name}()")
    for table in (*ONLY_STAFF, *SHARED):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE visit_crew NO INHERIT visit_part")
    op.execute("DROP TABLE visit_part")
