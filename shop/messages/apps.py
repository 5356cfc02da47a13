from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "shop.messages"
    label = "outbox"
    verbose_name = "Tin nhắn"
