"""Vulnerability assessments: scored, dated judgements of how vulnerable somebody is to fraud."""
