from django.urls import path

from lifelong.standards.views import categories, platforms

urlpatterns = [
    path("work/categories/", categories.tree, name="categories-desk"),
    path("work/categories/export.toml", categories.export, name="categories-export"),
    path("work/categories/<str:code>/", categories.node, name="category-desk"),
    path("work/platforms/", platforms.register, name="platforms"),
    path("work/platforms/export.toml", platforms.export, name="platforms-export"),
    path("work/platforms/new/", platforms.new, name="platform-new"),
    path("work/platforms/<int:number>/", platforms.platform, name="platform"),
    path("work/platforms/<int:number>/correct/", platforms.correct, name="platform-correct"),
    path("work/platforms/<int:number>/evidence/", platforms.add_evidence, name="evidence-add"),
    path("work/platforms/evidence/<int:number>/file", platforms.evidence_file, name="evidence-file"),
    path("work/platforms/evidence/<int:number>/accept/", platforms.accept, name="evidence-accept"),
    path("work/platforms/evidence/<int:number>/refuse/", platforms.refuse, name="evidence-refuse"),
]
