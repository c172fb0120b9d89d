"""Addresses of the portal's own pages."""

from django.urls import path

from portal.views import answers, home, look, search, well_known

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggestions, name="suggest"),
    path("search/click/", search.click, name="search_click"),
    path("search/answers/", answers.answers, name="answers"),
    path("search/answers/opened/", answers.answer_opened, name="answer_opened"),
    path("search/answers/answered/", answers.answered, name="answered"),
    path("theme.css", look.theme_css, name="theme_css"),
    path("logo-<slug:version>.png", look.logo, name="logo"),
    path("styleguide/", look.style_guide, name="style_guide"),
    path("robots.txt", well_known.robots_txt, name="robots_txt"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path("favicon.ico", well_known.favicon, name="favicon"),
]
