"""What holds for every answer of the desk, whoever asks for whatever (SEC-24, SEC-35, the headers)."""

# Whose session is shown to us is noted on every request; a prune of old sessions is no act of the reader.
OF_SESSIONS = ("django_session", "usersessions_usersession")
PUBLIC = {
    "livez",
    "readyz",
    "portal:theme_css",
    "portal:logo",
    "portal:robots_txt",
    "portal:security_txt",
    "portal:favicon",
}


class Writes:
    """Collects every statement that changes a row."""

    def __init__(self):
        self.found = []

    def __call__(self, execute, sql, params, many, context):
        is_write = sql.split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"}
        if is_write and not any(table in sql for table in OF_SESSIONS):
            self.found.append(sql[:150])
        return execute(sql, params, many, context)


def missing_headers(response) -> list[str]:
    """Return what is wrong with the headers that a page must have."""
    policy = response.get("Content-Security-Policy", "")
    wanted = {
        "a policy": "default-src 'none'" in policy,
        "own scripts only": "script-src 'self'" in policy or "sandbox" in policy,
        "no frames": "frame-ancestors 'none'" in policy,
        "no base": "base-uri 'none'" in policy or "sandbox" in policy,
        "nothing inline": "unsafe-" not in policy,
        "nosniff": response.get("X-Content-Type-Options") == "nosniff",
        "referrer policy": response.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "own opener": response.get("Cross-Origin-Opener-Policy") == "same-origin",
    }
    return [name for name, is_there in wanted.items() if not is_there]


def faults_of(response, *, name: str, method: str, who: str, writes: list[str]) -> list[str]:
    """Return what is wrong with an answer: headers, a GET that wrote, an open origin, a private page that may be kept."""
    said = [f"without {header}" for header in missing_headers(response)]
    if method == "get" and writes:
        said.append(f"writes {writes}")
    if any(header.lower().startswith("access-control-") for header in response.headers):
        said.append("speaks to other origins")
    if who != "anonymous" and name not in PUBLIC and "no-store" not in response.get("Cache-Control", ""):
        said.append(f"may be kept: {response.get('Cache-Control')}")
    return said
