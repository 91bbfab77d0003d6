"""Words that are Acme's, each of which stands nowhere else."""

# Of the issue; the internal one is the team's alone.
TITLE, DESCRIPTION, INTERNAL = "zirkonia", "malachite", "obsidian"
SECRETS = (TITLE, DESCRIPTION, INTERNAL)
# Of the organization: who works there, and how public replies begin.
OTHER = "Globex"
EMPLOYEE, MARKER = "Emma", "@customers-of-acme"
# As its team in Linear is shown to who may choose another.
TEAM = "Acme (ACM)"
