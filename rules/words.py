"""Two plain words that both sides of an invitation see, to be compared by voice or by eye."""

# 256 short words that sound unlike one another and mean nothing special to anybody.
WORDS = """
acorn almond amber anchor apple apron arrow autumn badge bamboo banjo barley basil basket beacon beaver bench berry
birch biscuit blanket blossom bobbin bonnet branch brass bread breeze brick bridge brook broom bubble bucket butter
button cabin cactus camel candle canoe canvas carpet carrot castle cedar cello cherry chestnut chimney cinnamon
circus clay cloud clover cobble cocoa comet compass copper coral cotton cradle crane crayon cricket crystal cupboard
curtain cushion daisy dolphin donkey doorway drawer drum dune eagle easel ember engine falcon feather fennel ferry
fiddle fig finch flannel flute forest fountain fox garden garlic gate ginger glacier globe glove goose granite grape
gravel guitar hammer hammock harbor harvest hazel heather hedge helmet heron hill honey hopper horizon ink island
ivory ivy jacket jasmine jelly jigsaw juniper kayak kernel kettle kite kitten ladder lagoon lake lamb lantern larch
laurel lemon lettuce lilac lily linen lizard lobster locket maple marble market meadow melon mint mirror mitten
moose moss mountain muffin mustard napkin nectar needle nest noodle nutmeg oak oasis oat ocean olive onion orange
orchard otter oven owl oyster paddle panda paper parrot parsley peach peanut pear pebble pencil penguin pepper
piano pillow pine plum pocket pond poplar potato prairie puddle pumpkin puzzle quartz quill quilt rabbit radish
raft rain raisin raven ribbon river robin rocket rope rose saddle saffron sail salmon sand sandal scarf seal shell
shovel silk silver sparrow spoon squirrel stable star stone swan tablet teapot thimble thistle thunder tiger timber
tractor trumpet tulip tunnel turtle umbrella valley vanilla violet violin walnut willow window
""".split()
COUNT = 256


def two_words(digest: bytes) -> tuple[str, str]:
    """Two different words from at least two digest bytes: the same bytes, the same words, on both phones."""
    first = digest[0]
    second = digest[1]
    if second == first:
        second = (second + 1) % COUNT
    return WORDS[first], WORDS[second]
