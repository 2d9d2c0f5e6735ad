"""What every room stands on: the database, who may do what, the audit log, and the ledger of promises."""
