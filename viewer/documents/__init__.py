"""Reading files of any format: what they are (by content), how many pages of which size, and each page's pixels."""
