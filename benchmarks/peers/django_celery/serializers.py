"""What a press takes and gives."""

from rest_framework import serializers

from benchmarks.peers.django_celery.models import ReachOut, Recipient


class PressSerializer(serializers.Serializer):
    need = serializers.ChoiceField(["talk", "company", "distraction"], required=False, default="talk")
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class RecipientSerializer(serializers.ModelSerializer):
    display_name = serializers.CharField(source="person.display_name")

    class Meta:
        model = Recipient
        fields = ("id", "person_id", "display_name", "role", "step", "told_at", "answer")


class ReachOutSerializer(serializers.ModelSerializer):
    recipients = RecipientSerializer(many=True)

    class Meta:
        model = ReachOut
        fields = ("id", "state", "need", "note", "rung", "round", "created_at", "due_at", "closed_at", "recipients")
