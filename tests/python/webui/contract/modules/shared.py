"""What every part of the host shares."""

import sys
import types
from argparse import Namespace

from modules.shared_options import OptionInfo, Options
from modules.shared_state import State

cmd_opts = Namespace(
    lowvram=False,
    medvram=False,
    api=True,
    no_gradio_queue=False,
    hide_ui_dir_config=False,
    no_prompt_history=False,
    clip_models_path=None,
)
opts = Options()
for _key, _default in {
    "sd_model_checkpoint": None,
    "send_size": True,
    "send_seed": True,
    "hidden_tabs": [],
    "ui_tab_order": [],
    "interrogate_clip_num_beams": 1,
    "interrogate_clip_min_length": 24,
    "interrogate_clip_max_length": 48,
    "interrogate_clip_dict_limit": 1500,
    "interrogate_clip_skip_categories": [],
    "interrogate_return_ranks": False,
    "interrogate_keep_models_in_memory": False,
    "interrogate_deepbooru_score_threshold": 0.5,
    "deepbooru_sort_alpha": True,
    "deepbooru_use_spaces": True,
    "deepbooru_escape": True,
    "deepbooru_filter_tags": "",
}.items():
    opts.add_option(_key, OptionInfo(_default, _key))
state = State()
demo = None
loads_of_sd_model = 0


class Interrogator:
    """The host's own interrogator; without its model files it answers like this."""

    def interrogate(self, pil_image):
        return "<error>"


interrogator = Interrogator()


class _Shared(types.ModuleType):
    @property
    def sd_model(self):
        self.loads_of_sd_model += 1
        return None


sys.modules[__name__].__class__ = _Shared
