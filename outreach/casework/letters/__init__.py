"""Letters: what is printed and posted to victims."""
