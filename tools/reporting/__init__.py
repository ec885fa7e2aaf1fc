"""tools/report: a page of figures and tables from the folders that Switchyard writes."""
