import gradio as gr


class ToolButton(gr.Button):
    def get_block_name(self):
        return "button"
