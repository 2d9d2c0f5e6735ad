"""Referrals: disclosures to a partner so that the partner acts."""
