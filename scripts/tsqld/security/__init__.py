"""Who may do what: the permission hierarchy, the fixed roles and the answer for one principal. Pure."""
