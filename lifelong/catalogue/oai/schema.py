"""The XSD of our own format, made from the same list of fields."""

from lifelong.catalogue.oai.formats import OWN

#: name, simple type, whether it is always there. The order is the standard's.
FIELDS = (
    ("resource_id", "xs:token", True), ("title", "xs:string", True), ("type", "type", True),
    ("host_platform", "xs:string", False), ("link", "xs:anyURI", False), ("series", "xs:string", False),
    ("series_order", "xs:string", False), ("summary", "xs:string", False), ("duration", "duration", False),
    ("created_date", "xs:date", False), ("rights_holder", "xs:string", False), ("speakers", "xs:string", False),
    ("declared_views", "xs:nonNegativeInteger", False), ("declared_learners", "xs:nonNegativeInteger", False),
    ("cover", "xs:anyURI", False), ("outline", "xs:string", False), ("keywords", "xs:string", False),
    ("category", "xs:string", False), ("area", "area", True), ("institution", "institution", True),
    ("region", "region", False), ("batch", "xs:string", False), ("published_at", "xs:dateTime", True),
    ("url", "xs:anyURI", True), ("part", "part", False),
)  # fmt: skip
_TYPES = """<xs:simpleType name="type"><xs:restriction base="xs:token"><xs:enumeration value="A01"/><xs:enumeration value="A02"/><xs:enumeration value="A03"/></xs:restriction></xs:simpleType>
<xs:simpleType name="area"><xs:restriction base="xs:token"><xs:enumeration value="degree"/><xs:enumeration value="training"/><xs:enumeration value="older"/><xs:enumeration value="community"/></xs:restriction></xs:simpleType>
<xs:simpleType name="duration"><xs:restriction base="xs:token"><xs:pattern value="[0-9]{2,}:[0-5][0-9]:[0-5][0-9]"/></xs:restriction></xs:simpleType>
<xs:simpleType name="region"><xs:restriction base="xs:token"><xs:pattern value="[0-9]{6}"/></xs:restriction></xs:simpleType>
<xs:complexType name="institution"><xs:simpleContent><xs:extension base="xs:string"><xs:attribute name="code" type="xs:token" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="part"><xs:simpleContent><xs:extension base="xs:string"><xs:attribute name="position" type="xs:positiveInteger" use="required"/><xs:attribute name="url" type="xs:anyURI" use="required"/><xs:attribute name="duration" type="own:duration"/></xs:extension></xs:simpleContent></xs:complexType>"""
_MANY = {"part"}


def occurs(name: str, always: bool) -> str:
    return ("" if always else ' minOccurs="0"') + (' maxOccurs="unbounded"' if name in _MANY else "")


def xsd() -> str:
    lines = "\n".join(
        f'<xs:element name="{name}" type="{kind if kind.startswith("xs:") else "own:" + kind}"{occurs(name, always)}/>'
        for name, kind, always in FIELDS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:own="{OWN}" targetNamespace="{OWN}" '
        'elementFormDefault="qualified">\n'
        '<xs:annotation><xs:documentation xml:lang="zh">数字化学习资源元数据标准的 18 个字段，顺序与标准一致；其后是平台给出的领域、单位、地区、批次、发布时间、网址和各讲。'
        "</xs:documentation></xs:annotation>\n"
        f"{_TYPES}\n"
        f'<xs:element name="resource"><xs:complexType><xs:sequence>\n{lines}\n</xs:sequence></xs:complexType></xs:element>\n'
        "</xs:schema>\n"
    )
