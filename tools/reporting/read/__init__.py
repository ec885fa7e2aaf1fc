"""Reading: what lies in folders, checked, as plain data."""
