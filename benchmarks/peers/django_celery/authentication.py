"""REST framework's own tokens, with the usual keyword."""

from rest_framework.authentication import TokenAuthentication


class BearerAuthentication(TokenAuthentication):
    keyword = "Bearer"
