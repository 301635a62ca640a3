#include "spaces/export_json.h"

#include <string>

#include "spaces/export_tensors.h"

namespace zeroth::spaces {
namespace {

using Json = nlohmann::ordered_json;

// What else tells an operator from others of its name.
void add_settings(Json& json, const OpNode& node) {
  const Window& window = node.window;
  if (window.height > 0) {
    json["kernel"] = {window.height, window.width};
    json["stride"] = window.stride;
    json["padding"] = {window.pad_height, window.pad_width};
    json["dilation"] = window.dilation;
  }
  if (node.kind == OpKind::kConv2d || node.kind == OpKind::kShuffle) json["groups"] = node.groups;
  if (node.kind == OpKind::kToken) json["token"] = node.token;
  if (node.first_channel > 0) json["first_channel"] = node.first_channel;
  if (node.kind == OpKind::kBatchNorm || node.kind == OpKind::kLayerNorm) json["epsilon"] = node.epsilon;
  if (node.heads > 0) json["heads"] = node.heads;
}

}  // namespace

Json graph_json(const OpGraph& graph) {
  Json json;
  json["params"] = graph.parameter_count();
  json["macs"] = graph.macs();
  json["parameters"] = Json::array();
  for (const ParamSpec& param : graph.params()) {
    json["parameters"].push_back(Json{{"name", param.name}, {"shape", param.shape}});
  }
  const auto shapes = tensor_shapes(graph);
  json["nodes"] = Json::array();
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const OpNode& node = graph.nodes()[i];
    Json entry;
    entry["op"] = operator_name(node);
    entry["scope"] = node.scope;
    entry["inputs"] = node.operands;
    entry["shape"] = shapes[i];
    add_settings(entry, node);
    int64_t params = 0;
    for (const int param : node.params) params += graph.params()[static_cast<size_t>(param)].numel();
    entry["parameters"] = node.params;
    entry["params"] = params;
    entry["macs"] = graph.macs_of(node);
    json["nodes"].push_back(std::move(entry));
  }
  json["output"] = graph.output();
  return json;
}

}  // namespace zeroth::spaces
