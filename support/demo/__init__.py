"""A desk to look at: a company that sells model quantisation by API, its customers, and a month of their tickets."""
