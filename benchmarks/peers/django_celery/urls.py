"""The URLs, those of Porchlight, so that the same load can be sent."""

from django.urls import path

from benchmarks.peers.django_celery.views import ReachOutsView, ready

urlpatterns = [path("v1/reach-outs", ReachOutsView.as_view()), path("readyz", ready)]
