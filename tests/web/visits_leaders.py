"""Pages of leaders, and of those who let figures out."""

from tests.web.visits import Visit

_ONE = "/figures/residents_known_to_three_or_more_services"

VISITS = (
    Visit("/borough", "/borough", "leader"),
    Visit("/borough", "/borough", "ig"),
    Visit("/our-residents", "/our-residents", "leader"),
    Visit("/figures", "/figures", "leader"),
    Visit("/figures/{name}", _ONE, "leader"),
    Visit("/figures/{name}", "/figures/residents_on_benefits", "leader"),
    Visit("/figures/{name}", "/figures/homelessness_relief_duties", "analyst"),
    Visit("/figures/{name}/ask", f"{_ONE}/ask", "analyst"),
    Visit("/figures/{name}/ask", f"{_ONE}/ask", "analyst", f"{_ONE}/ask", status=422),
    Visit("/figures/requests", "/figures/requests", "ig"),
    Visit("/figures/requests/{number}", "/figures/requests/{figures}", "ig"),
    Visit("/figures/requests/{number}", "/figures/requests/{figures}", "analyst"),
    Visit("/figures/requests/{number}", "/figures/requests/{figures}", "ig", "/figures/requests/{figures}", status=422),
    Visit("/figures/requests/{number}", "/figures/requests/{released}", "leader"),
)

NO_PAGES = {("GET", "/figures/requests/{number}/figures.csv"): "a CSV file"}
