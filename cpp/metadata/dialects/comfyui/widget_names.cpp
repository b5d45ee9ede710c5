#include "metadata/dialects/comfyui/widget_names.h"

#include <algorithm>
#include <unordered_map>

#include "metadata/sampler_names.h"

namespace img2prompt::comfyui {
namespace {

struct Widgets {
  std::string_view type, names;  // names separated by commas
};

// Sources: the classes of ComfyUI's nodes.py and comfy_extras, and of the node packs Impact,
// Efficiency, Comfyroll, WAS, rgthree, Easy-Use, Custom-Scripts, Image Saver, Prompt Reader,
// Ultimate SD Upscale, KJNodes, Prompt Styler, Advanced CLIP Text Encode and SwarmUI. Only what
// carries text, a model's name or a setting is here; a class that gained widgets in later versions
// gained them at its end.
constexpr Widgets kWidgets[] = {
    {"AlignYourStepsScheduler", "model_type,steps,denoise"},
    {"BNK_CLIPTextEncodeAdvanced", "text,token_normalization,weight_interpretation"},
    {"BNK_CutoffBasePrompt", "text"},
    {"BasicScheduler", "scheduler,steps,denoise"},
    {"BasicPipeToDetailerPipe", "wildcard,Select to add LoRA,Select to add Wildcard"},
    {"BasicPipeToDetailerPipeSDXL", "wildcard,Select to add LoRA,Select to add Wildcard"},
    {"EditDetailerPipe", "wildcard,Select to add LoRA,Select to add Wildcard"},
    {"EditDetailerPipeSDXL", "wildcard,Select to add LoRA,Select to add Wildcard"},
    {"ToDetailerPipe", "wildcard,Select to add LoRA,Select to add Wildcard"},
    {"ToDetailerPipeSDXL", "wildcard,Select to add LoRA,Select to add Wildcard"},
    {"BetaSamplingScheduler", "steps,alpha,beta"},
    {"CFGGuider", "cfg"},
    {"CLIPLoader", "clip_name,type,device"},
    {"CLIPSetLastLayer", "stop_at_clip_layer"},
    {"CLIPTextEncode", "text"},
    {"CLIPTextEncode (NSP)", "mode,noodle_key,seed,text"},
    {"CLIPTextEncodeControlnet", "text"},
    {"CLIPTextEncodeFlux", "clip_l,t5xxl,guidance"},
    {"CLIPTextEncodeHiDream", "clip_l,clip_g,t5xxl,llama"},
    {"CLIPTextEncodeHunyuanDiT", "bert,mt5xl"},
    {"CLIPTextEncodeLumina2", "system_prompt,user_prompt"},
    {"CLIPTextEncodePixArtAlpha", "width,height,text"},
    {"CLIPTextEncodeSD3", "clip_l,clip_g,t5xxl,empty_padding"},
    {"CLIPTextEncodeSDXL", "width,height,crop_w,crop_h,target_width,target_height,text_g,text_l"},
    {"CLIPTextEncodeSDXLRefiner", "ascore,width,height,text"},
    {"CR Clip Input Switch", "Input"},
    {"CR Combine Prompt", "part1,part2,part3,part4,separator"},
    {"CR Conditioning Input Switch", "Input"},
    {"CR Encode Scheduled Prompts", "current_prompt,next_prompt,weight"},
    {"CR Image Input Switch", "Input"},
    {"CR Latent Input Switch", "Input"},
    {"CR LoRA Stack",
     "switch_1,lora_name_1,model_weight_1,clip_weight_1,switch_2,lora_name_2,model_weight_2,clip_"
     "weight_2,switch_3,lora_name_3,model_weight_3,clip_weight_3"},
    {"CR Load LoRA", "switch,lora_name,strength_model,strength_clip"},
    {"CR Model Input Switch", "Input"},
    {"CR Multiline Text",
     "text,convert_from_csv,csv_quote_char,remove_chars,chars_to_remove,split_string"},
    {"CR Prompt Text", "prompt"},
    {"CR SD1.5 Aspect Ratio",
     "width,height,aspect_ratio,swap_dimensions,upscale_factor,batch_size"},
    {"CR SDXL Aspect Ratio", "width,height,aspect_ratio,swap_dimensions,upscale_factor,batch_size"},
    {"CR SDXL Base Prompt Encoder",
     "pos_g,pos_l,neg_g,neg_l,preset,base_width,base_height,crop_w,crop_h,target_width,target_"
     "height"},
    {"CR Seed", "seed"},
    {"CR Text", "text"},
    {"CR Text Concatenate", "separator"},
    {"CR Text Input Switch", "Input"},
    {"CR Text Input Switch (4 way)", "Input"},
    {"CR VAE Input Switch", "Input"},
    {"Cfg Literal (Image Saver)", "cfg"},
    {"Checkpoint Loader", "config_name,ckpt_name"},
    {"Checkpoint Loader (Simple)", "ckpt_name"},
    {"Checkpoint Loader with Name (Image Saver)", "ckpt_name"},
    {"CheckpointLoader", "config_name,ckpt_name"},
    {"CheckpointLoaderSimple", "ckpt_name"},
    {"ComfySwitchNode", "switch"},
    {"ConditioningAverage ", "conditioning_to_strength"},
    {"ConditioningSetArea", "width,height,x,y,strength"},
    {"ControlNetApply", "strength"},
    {"ControlNetApplyAdvanced", "strength,start_percent,end_percent"},
    {"ControlNetLoader", "control_net_name"},
    {"DPMagicPrompt", "text,seed"},
    {"DPRandomGenerator", "text,seed,autorefresh"},
    {"DetailerForEach",
     "guide_size,guide_size_for,max_size,seed,steps,cfg,sampler_name,scheduler,denoise,feather,"
     "noise_mask,force_inpaint,wildcard,cycle,inpaint_model,noise_mask_feather"},
    {"DetailerForEachPipe",
     "guide_size,guide_size_for,max_size,seed,steps,cfg,sampler_name,scheduler,denoise,feather,"
     "noise_mask,force_inpaint,wildcard,refiner_ratio,cycle,inpaint_model,noise_mask_feather"},
    {"DualCFGGuider", "cfg_conds,cfg_cond2_negative"},
    {"DualCLIPLoader", "clip_name1,clip_name2,type,device"},
    {"Eff. Loader SDXL",
     "base_ckpt_name,base_clip_skip,refiner_ckpt_name,refiner_clip_skip,positive_ascore,negative_"
     "ascore,vae_name,positive,negative,token_normalization,weight_interpretation,empty_latent_"
     "width,empty_latent_height,batch_size"},
    {"Efficient Loader",
     "ckpt_name,vae_name,clip_skip,lora_name,lora_model_strength,lora_clip_strength,positive,"
     "negative,token_normalization,weight_interpretation,empty_latent_width,empty_latent_height,"
     "batch_size"},
    {"EmptyChromaRadianceLatentImage", "width,height,batch_size"},
    {"EmptyCosmosLatentVideo", "width,height,length,batch_size"},
    {"EmptyFlux2LatentImage", "width,height,batch_size"},
    {"EmptyHunyuanImageLatent", "width,height,batch_size"},
    {"EmptyHunyuanLatentVideo", "width,height,length,batch_size"},
    {"EmptyLTXVLatentVideo", "width,height,length,batch_size"},
    {"EmptyLatentImage", "width,height,batch_size"},
    {"EmptyMochiLatentVideo", "width,height,length,batch_size"},
    {"EmptySD3LatentImage", "width,height,batch_size"},
    {"ExponentialScheduler", "steps,sigma_max,sigma_min"},
    {"FaceDetailer",
     "guide_size,guide_size_for,max_size,seed,steps,cfg,sampler_name,scheduler,denoise,feather,"
     "noise_mask,force_inpaint,bbox_threshold,bbox_dilation,bbox_crop_factor,sam_detection_hint,"
     "sam_dilation,sam_threshold,sam_bbox_expansion,sam_mask_hint_threshold,sam_mask_hint_use_"
     "negative,drop_size,wildcard,cycle,inpaint_model,noise_mask_feather"},
    {"FaceDetailerPipe",
     "guide_size,guide_size_for,max_size,seed,steps,cfg,sampler_name,scheduler,denoise,feather,"
     "noise_mask,force_inpaint,bbox_threshold,bbox_dilation,bbox_crop_factor,sam_detection_hint,"
     "sam_dilation,sam_threshold,sam_bbox_expansion,sam_mask_hint_threshold,sam_mask_hint_use_"
     "negative,drop_size,refiner_ratio,cycle,inpaint_model,noise_mask_feather"},
    {"Float Literal (Image Saver)", "float"},
    {"Flux2Scheduler", "steps,width,height"},
    {"FluxGuidance", "guidance"},
    {"GITSScheduler", "coeff,steps,denoise"},
    {"GLIGENTextBoxApply", "text,width,height,x,y"},
    {"HighRes-Fix Script",
     "upscale_type,hires_ckpt_name,latent_upscaler,pixel_upscaler,upscale_by,use_same_seed,seed,"
     "hires_steps,denoise,iterations,use_controlnet,control_net_name,strength,preprocessor,"
     "preprocessor_imgs"},
    {"HypernetworkLoader", "hypernetwork_name,strength"},
    {"Image Save",
     "output_path,filename_prefix,filename_delimiter,filename_number_padding,filename_number_start,"
     "extension,dpi,quality,optimize_image,lossless_webp,overwrite_mode,show_history,show_history_"
     "by_prefix,embed_workflow,show_previews"},
    {"ImageOnlyCheckpointLoader", "ckpt_name"},
    {"ImageScale", "upscale_method,width,height,crop"},
    {"ImageScaleBy", "upscale_method,scale_by"},
    {"ImageScaleToTotalPixels", "upscale_method,megapixels"},
    {"ImpactConditionalBranch", "cond,tt_value,ff_value"},
    {"ImpactFloat", "value"},
    {"ImpactInt", "value"},
    {"ImpactKSamplerAdvancedBasicPipe",
     "add_noise,noise_seed,steps,cfg,sampler_name,scheduler,start_at_step,end_at_step,return_with_"
     "leftover_noise"},
    {"ImpactKSamplerBasicPipe", "seed,steps,cfg,sampler_name,scheduler,denoise"},
    {"ImpactStringSelector", "strings,multiline,select"},
    {"ImpactSwitch", "select,sel_mode"},
    {"ImpactWildcardEncode",
     "wildcard_text,populated_text,mode,Select to add LoRA,Select to add Wildcard,seed"},
    {"ImpactWildcardProcessor", "wildcard_text,populated_text,mode,seed,Select to add Wildcard"},
    {"Input Parameters (Image Saver)", "seed,steps,cfg,sampler,scheduler,denoise"},
    {"Int Literal (Image Saver)", "int"},
    {"IterativeImageUpscale", "upscale_factor,steps,temp_prefix,step_mode"},
    {"IterativeLatentUpscale", "upscale_factor,steps,temp_prefix,step_mode"},
    {"JoinStrings", "string1,string2,delimiter"},
    {"KSampler", "seed,steps,cfg,sampler_name,scheduler,denoise"},
    {"KSampler (Efficient)",
     "seed,steps,cfg,sampler_name,scheduler,denoise,preview_method,vae_decode"},
    {"KSampler (WAS)", "steps,cfg,sampler_name,scheduler,denoise"},
    {"KSampler Adv. (Efficient)",
     "add_noise,noise_seed,steps,cfg,sampler_name,scheduler,start_at_step,end_at_step,return_with_"
     "leftover_noise,preview_method,vae_decode"},
    {"KSampler Config (rgthree)", "steps_total,refiner_step,cfg,sampler_name,scheduler"},
    {"KSampler SDXL (Eff.)",
     "noise_seed,steps,cfg,sampler_name,scheduler,start_at_step,refine_at_step,preview_method,vae_"
     "decode"},
    {"KSamplerAdvanced",
     "add_noise,noise_seed,steps,cfg,sampler_name,scheduler,start_at_step,end_at_step,return_with_"
     "leftover_noise"},
    {"KSamplerAdvancedProvider", "cfg,sampler_name,scheduler,sigma_factor"},
    {"KSamplerProvider", "seed,steps,cfg,sampler_name,scheduler,denoise"},
    {"KSamplerSelect", "sampler_name"},
    {"KarrasScheduler", "steps,sigma_max,sigma_min,rho"},
    {"LTXVScheduler", "steps,max_shift,base_shift,stretch,terminal"},
    {"LaplaceScheduler", "steps,sigma_max,sigma_min,mu,beta"},
    {"LatentUpscale", "upscale_method,width,height,crop"},
    {"LatentUpscaleBy", "upscale_method,scale_by"},
    {"Lora Loader", "lora_name,strength_model,strength_clip"},
    {"Lora Loader Stack (rgthree)",
     "lora_01,strength_01,lora_02,strength_02,lora_03,strength_03,lora_04,strength_04"},
    {"LoraLoader", "lora_name,strength_model,strength_clip"},
    {"LoraLoaderModelOnly", "lora_name,strength_model"},
    {"ModelMergeSimple", "ratio"},
    {"OptimalStepsScheduler", "model_type,steps,denoise"},
    {"PhotoMakerEncode", "text"},
    {"PixelKSampleUpscalerProvider",
     "scale_method,seed,steps,cfg,sampler_name,scheduler,denoise,use_tiled_vae,tile_size"},
    {"PixelKSampleUpscalerProviderPipe",
     "scale_method,seed,steps,cfg,sampler_name,scheduler,denoise,use_tiled_vae,tile_size,tile_cnet_"
     "strength"},
    {"PolyexponentialScheduler", "steps,sigma_max,sigma_min,rho"},
    {"Power Prompt (rgthree)", "prompt,insert_lora,insert_embedding,insert_saved"},
    {"Power Prompt - Simple (rgthree)", "prompt,insert_embedding,insert_saved"},
    {"PrimitiveBoolean", "value"},
    {"PrimitiveFloat", "value"},
    {"PrimitiveInt", "value"},
    {"PrimitiveString", "value"},
    {"PrimitiveStringMultiline", "value"},
    {"RandomNoise", "noise_seed"},
    {"RegexReplace", "string,regex_pattern,replace"},
    {"RegionalSampler",
     "seed,seed_2nd,seed_2nd_mode,steps,base_only_steps,denoise,overlap_factor,restore_latent,"
     "additional_mode,additional_sampler,additional_sigma_ratio"},
    {"SDLoraLoader", "lora_name,strength_model,strength_clip,last_lora"},
    {"SDLoraSelector", "lora_name,last_lora"},
    {"SDPromptReader", "image,upload,parameter_index,positive,negative,setting"},
    {"SDParameterGenerator",
     "ckpt_name,vae_name,model_version,config_name,seed,steps,refiner_start,cfg,sampler_name,"
     "scheduler,positive_ascore,negative_ascore,aspect_ratio,width,height,batch_size"},
    {"SDTurboScheduler", "steps,denoise"},
    {"SDXL Empty Latent Image (rgthree)", "dimensions,clip_scale,batch_size"},
    {"SDXL Power Prompt - Positive (rgthree)",
     "prompt_g,prompt_l,insert_lora,insert_embedding,insert_saved"},
    {"SDXL Power Prompt - Simple / Negative (rgthree)",
     "prompt_g,prompt_l,insert_embedding,insert_saved"},
    {"SDXLPromptStyler", "text_positive,text_negative,style,log_prompt"},
    {"SVD_img2vid_Conditioning",
     "width,height,video_frames,motion_bucket_id,fps,augmentation_level"},
    {"Sampler Selector (Image Saver)", "sampler_name"},
    {"SamplerCustom", "add_noise,noise_seed,cfg"},
    {"Scheduler Selector (Image Saver)", "scheduler"},
    {"Seed", "seed"},
    {"Seed (rgthree)", "seed"},
    {"Seed Generator (Image Saver)", "seed,increment"},
    {"SplitSigmas", "step"},
    {"SplitSigmasDenoise", "denoise"},
    {"StableCascade_EmptyLatentImage", "width,height,compression,batch_size"},
    {"String Literal (Image Saver)", "string"},
    {"StringConcatenate", "string_a,string_b,delimiter"},
    {"StringConstant", "string"},
    {"StringConstantMultiline", "string,strip_newlines"},
    {"StringFunction|pysssss", "action,tidy_tags,text_a,text_b,text_c"},
    {"StringReplace", "string,find,replace"},
    {"StringTrim", "string,mode"},
    {"SwarmClipTextEncodeAdvanced",
     "steps,prompt,width,height,target_width,target_height,guidance,llama_template"},
    {"SwarmKSampler",
     "noise_seed,steps,cfg,sampler_name,scheduler,start_at_step,end_at_step,var_seed,var_seed_"
     "strength,sigma_max,sigma_min,rho,add_noise,return_with_leftover_noise,previews,tile_sample,"
     "tile_size"},
    {"SwarmLoraLoader", "lora_names,lora_weights"},
    {"Text Concatenate", "delimiter,clean_whitespace"},
    {"Text Find and Replace", "text,find,replace"},
    {"Text Input Switch", "text_a,text_b"},
    {"Text Multiline", "text"},
    {"Text String", "text,text_b,text_c,text_d"},
    {"Text to Conditioning", "text"},
    {"TextEncodeAceStepAudio", "tags,lyrics,lyrics_strength"},
    {"TextEncodeHunyuanVideo_ImageToVideo", "prompt,image_interleave"},
    {"TextEncodeQwenImageEdit", "prompt"},
    {"TextEncodeQwenImageEditPlus", "prompt"},
    {"TripleCLIPLoader", "clip_name1,clip_name2,clip_name3"},
    {"TwoAdvancedSamplersForMask", "seed,steps,denoise,overlap_factor"},
    {"UNETLoader", "unet_name,weight_dtype"},
    {"UNet loader with Name (Image Saver)", "unet_name,weight_dtype"},
    {"UltimateSDUpscale",
     "upscale_by,seed,steps,cfg,sampler_name,scheduler,denoise,mode_type,tile_width,tile_height,"
     "mask_blur,tile_padding,seam_fix_mode,seam_fix_denoise,seam_fix_width,seam_fix_mask_blur,seam_"
     "fix_padding,force_uniform_tiles,tiled_decode"},
    {"UnetLoaderGGUF", "unet_name"},
    {"UnetLoaderGGUFAdvanced", "unet_name"},
    {"UpscaleModelLoader", "model_name"},
    {"VAELoader", "vae_name"},
    {"VPScheduler", "steps,beta_d,beta_min,eps_s"},
    {"Wan22ImageToVideoLatent", "width,height,length,batch_size"},
    {"WanImageToVideo", "width,height,length,batch_size"},
    {"Width/Height Literal (Image Saver)", "size"},
    {"easy a1111Loader",
     "ckpt_name,vae_name,clip_skip,lora_name,lora_model_strength,lora_clip_strength,resolution,"
     "empty_latent_width,empty_latent_height,positive,negative,batch_size,a1111_prompt_style"},
    {"easy cascadeLoader",
     "stage_c,stage_b,stage_a,clip_name,lora_name,lora_model_strength,lora_clip_strength,"
     "resolution,empty_latent_width,empty_latent_height,compression,positive,negative,batch_size"},
    {"easy comfyLoader",
     "ckpt_name,vae_name,clip_skip,lora_name,lora_model_strength,lora_clip_strength,resolution,"
     "empty_latent_width,empty_latent_height,positive,negative,batch_size"},
    {"easy float", "value"},
    {"easy fluxLoader",
     "ckpt_name,vae_name,lora_name,lora_model_strength,lora_clip_strength,resolution,empty_latent_"
     "width,empty_latent_height,positive,batch_size"},
    {"easy fullLoader",
     "ckpt_name,config_name,vae_name,clip_skip,lora_name,lora_model_strength,lora_clip_strength,"
     "resolution,empty_latent_width,empty_latent_height,positive,positive_token_normalization,"
     "positive_weight_interpretation,negative,negative_token_normalization,negative_weight_"
     "interpretation,batch_size,a1111_prompt_style"},
    {"easy fullkSampler",
     "steps,cfg,sampler_name,scheduler,denoise,image_output,link_id,save_prefix,seed"},
    {"easy globalSeed", "value,mode,action,last_seed"},
    {"easy hunyuanDiTLoader",
     "ckpt_name,vae_name,lora_name,lora_model_strength,lora_clip_strength,resolution,empty_latent_"
     "width,empty_latent_height,positive,negative,batch_size"},
    {"easy int", "value"},
    {"easy kolorsLoader",
     "unet_name,vae_name,chatglm3_name,lora_name,lora_model_strength,lora_clip_strength,resolution,"
     "empty_latent_width,empty_latent_height,positive,negative,batch_size,auto_clean_gpu"},
    {"easy negative", "negative"},
    {"easy pipeEdit",
     "clip_skip,optional_positive,positive_token_normalization,positive_weight_interpretation,"
     "optional_negative,negative_token_normalization,negative_weight_interpretation,a1111_prompt_"
     "style,conditioning_mode,average_strength,old_cond_start,old_cond_end,new_cond_start,new_cond_"
     "end"},
    {"easy positive", "positive"},
    {"easy preDetailerFix",
     "guide_size,guide_size_for,max_size,seed,steps,cfg,sampler_name,scheduler,denoise,feather,"
     "noise_mask,force_inpaint,drop_size,wildcard,cycle"},
    {"easy preSampling", "steps,cfg,sampler_name,scheduler,denoise,seed"},
    {"easy preSamplingAdvanced",
     "steps,cfg,sampler_name,scheduler,start_at_step,end_at_step,add_noise,seed,return_with_"
     "leftover_noise"},
    {"easy preSamplingCascade",
     "encode_vae_name,decode_vae_name,steps,cfg,sampler_name,scheduler,denoise,seed"},
    {"easy preSamplingCustom",
     "guider,cfg,cfg_negative,sampler_name,scheduler,coeff,steps,sigma_max,sigma_min,rho,beta_d,"
     "beta_min,eps_s,flip_sigmas,denoise,add_noise,seed"},
    {"easy preSamplingDynamicCFG",
     "steps,cfg,cfg_mode,cfg_scale_min,sampler_name,scheduler,denoise,seed"},
    {"easy preSamplingLayerDiffusion",
     "method,weight,steps,cfg,sampler_name,scheduler,denoise,seed"},
    {"easy preSamplingNoiseIn", "factor,steps,cfg,sampler_name,scheduler,denoise,seed"},
    {"easy preSamplingSdTurbo",
     "steps,cfg,sampler_name,eta,s_noise,upscale_ratio,start_step,end_step,upscale_n_step,unsharp_"
     "kernel_size,unsharp_sigma,unsharp_strength,seed"},
    {"easy prompt", "text,prefix,subject,action,clothes,environment,background,nsfw"},
    {"easy promptConcat", "prompt1,prompt2,separator"},
    {"easy promptLine", "prompt,start_index,max_rows"},
    {"easy promptReplace", "prompt,find1,replace1,find2,replace2,find3,replace3"},
    {"easy seed", "seed"},
    {"easy string", "value"},
    {"easy stylesSelector", "styles,select_styles"},
    {"easy wildcards", "text,Select to add LoRA,Select to add Wildcard,seed"},
    {"smZ CLIPTextEncode",
     "text,parser,mean_normalization,multi_conditioning,use_old_emphasis_implementation,with_SDXL,"
     "ascore,width,height,crop_w,crop_h,target_width,target_height,text_g,text_l,smZ_steps"},
    {"unCLIPCheckpointLoader", "ckpt_name"},
};

}  // namespace

std::vector<std::string_view> find_widget_names(std::string_view type) {
  static const std::unordered_map<std::string_view, std::string_view> kByType = [] {
    std::unordered_map<std::string_view, std::string_view> by_type;
    for (const Widgets& widgets : kWidgets) by_type.emplace(widgets.type, widgets.names);
    return by_type;
  }();
  std::vector<std::string_view> names;
  auto found = kByType.find(type);
  if (found == kByType.end()) return names;
  std::string_view list = found->second;
  for (size_t start = 0; start <= list.size();) {
    size_t end = std::min(list.find(',', start), list.size());
    names.push_back(list.substr(start, end - start));
    start = end + 1;
  }
  return names;
}

std::vector<std::string_view> guess_widget_names(const std::vector<JsonValue>& values) {
  constexpr std::string_view kSeedFirst[] = {"cfg", "steps", "seed"},
                             kSeedLast[] = {"seed", "cfg", "steps"};
  constexpr double kMostCfg = 1000;
  std::vector<std::string_view> names(values.size());
  auto is_schedule_name = [](JsonValue value) {
    return value.is_string() && to_webui_schedule(value.text()) != value.text();
  };
  for (size_t i = 0; i + 1 < values.size(); ++i) {
    if (!is_sampler_name(values[i]) || !is_schedule_name(values[i + 1])) continue;
    names[i] = "sampler_name";
    names[i + 1] = "scheduler";
    std::optional<double> before = i > 0 ? values[i - 1].number() : std::nullopt;
    const auto& order = before && *before > kMostCfg ? kSeedLast : kSeedFirst;
    for (size_t k = 0; k < std::size(order) && k < i && values[i - 1 - k].is_number(); ++k)
      names[i - 1 - k] = order[k];
    std::optional<double> denoise = i + 2 < values.size() ? values[i + 2].number() : std::nullopt;
    if (denoise && *denoise >= 0 && *denoise <= 1) names[i + 2] = "denoise";
    break;
  }
  return names;
}

bool is_sampler_name(JsonValue value) {
  return value.is_string() && to_webui_sampler(value.text()).sampler != value.text();
}

bool is_seed_control(std::string_view value) {
  return value == "fixed" || value == "randomize" || value == "increment" || value == "decrement" ||
         value == "increment-wrap";
}

}  // namespace img2prompt::comfyui
