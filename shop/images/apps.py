from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "shop.images"
    label = "images"
    verbose_name = "Ảnh"
