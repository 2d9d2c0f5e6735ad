"""Banking Protocol calls: the bank rings because a customer is being defrauded at this very moment."""
