"""OFD (GB/T 33190-2016), China's format for electronic documents, shown by way of PDF: its pages are converted one by one."""
