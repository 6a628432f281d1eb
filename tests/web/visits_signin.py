"""Pages of signing in, of one's own account, and of users."""

from tests.web.visits import Visit

_TOKEN = {"name": "Nightly report", "roles": "senior_officer", "days": "30"}

VISITS = (
    Visit("/", "/", "senior"),
    Visit("/", "/", "admin"),
    Visit("/", "/", "nobody"),
    Visit("/sign-in", "/sign-in", None, "/sign-in", status=422),
    Visit("/sign-in", "/sign-in", None, "/sign-in", {"email": "no@council.example", "password": "x"}, status=422),
    Visit("/account", "/account", "senior"),
    Visit("/account", "/account", "coded"),
    Visit("/account/password", "/account/password", "newcomer"),
    Visit("/account/password", "/account/password", "senior"),
    Visit("/account/password", "/account/password", "senior", "/account/password", status=422),
    Visit("/account/second-factor", "/account/second-factor", "senior"),
    Visit("/account/second-factor", "/account/second-factor", "senior", "/account/second-factor", status=422),
    Visit("/account/recovery-codes", "/account/recovery-codes", "coded"),
    Visit("/account/recovery-codes", "/account/recovery-codes", "coded", "/account/recovery-codes", status=422),
    Visit("/account/second-factor/remove", "/account/second-factor/remove", "coded"),
    Visit(
        "/account/second-factor/remove",
        "/account/second-factor/remove",
        "coded",
        "/account/second-factor/remove",
        {"code": "000000"},
        status=422,
    ),
    Visit("/account/tokens/new", "/account/tokens/new", "senior"),
    Visit("/account/tokens/new", "/account/tokens/new", "nobody"),
    Visit("/account/tokens/new", "/account/tokens/new", "senior", "/account/tokens/new", status=422),
    Visit("/users", "/users", "admin"),
    Visit("/users/new", "/users/new", "admin"),
    Visit("/users/new", "/users/new", "admin", "/users/new", status=422),
    Visit("/users/{number}", "/users/{user}", "admin"),
    Visit("/users/{number}", "/users/{admin_user}", "admin"),
    Visit("/users/{number}", "/users/999999", "admin", status=404),
    Visit("/users", "/users", "officer", status=403),
    Visit("/users/{number}/reset", "/users/{user}/reset", "admin"),
    Visit("/users/{number}/reset", "/users/{user}/reset", "admin", "/users/{user}/reset"),
)

NO_PAGES = {
    ("GET", "/sign-in/code"): "needs a password that was right: see test_sign_in",
    ("POST", "/sign-in/code"): "needs a password that was right: see test_sign_in",
    ("GET", "/sign-in/oidc"): "leads to the identity provider",
    ("GET", "/sign-in/oidc/callback"): "leads on, or shows the page of signing in: see test_sign_in_by_oidc",
    ("POST", "/account/sessions/end"): "leads to the account",
    ("POST", "/account/tokens/{token}/end"): "leads to the account",
    ("POST", "/users/{number}/roles"): "leads to the user",
    ("POST", "/users/{number}/disable"): "leads to the user",
    ("POST", "/users/{number}/enable"): "leads to the user",
}
