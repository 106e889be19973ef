"""The bill viewer: an ERP bill's invoices, the whole bill in the image view, one entry's invoice in the location view."""
