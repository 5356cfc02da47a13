"""The pages that editors and cooperatives write."""

from cms.operator import OperatorEdition

from .base import PlainSlugPage
from .questions import QuestionsPage
from .recipes import Ingredient, RecipeIndexPage, RecipePage
from .rules import EditionPage, RulePage, RulesIndexPage
from .stories import HomePage, StoryIndexPage, StoryPage

__all__ = [
    "EditionPage",
    "HomePage",
    "Ingredient",
    "OperatorEdition",
    "PlainSlugPage",
    "QuestionsPage",
    "RecipeIndexPage",
    "RecipePage",
    "RulePage",
    "RulesIndexPage",
    "StoryIndexPage",
    "StoryPage",
]
