"""The endpoints."""

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.peers.django_celery.press import press
from benchmarks.peers.django_celery.serializers import PressSerializer, ReachOutSerializer


class ReachOutsView(APIView):
    def post(self, request: Request) -> Response:
        body = PressSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reach_out, created = press(request.user, **body.validated_data)
        return Response(ReachOutSerializer(reach_out).data, 201 if created else 200)


def ready(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")
