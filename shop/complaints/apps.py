from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "shop.complaints"
    label = "complaints"
    verbose_name = "Khiếu nại"
