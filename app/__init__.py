"""The faces of Outreach: the desk for staff, the public site, the worker and the command line."""
