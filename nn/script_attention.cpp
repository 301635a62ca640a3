// Attention as modules spell it: a product of queries and keys, its scale, a softmax, a product with values. Batches of
// matrices may have images and heads in one dimension or in two.
#include <cmath>

#include "nn/script_operators.h"

namespace zeroth::nn {
namespace {

using core::Error;
using spaces::OpGraph;
using spaces::OpKind;
using spaces::Role;
using torch::Tensor;

// Matrices by image and head: where their rows and columns run.
struct Matrices {
  Dimension batch;  // all dimensions but the last two
  Dimension rows, columns;
};

Matrices matrices_of(const Layout& layout) {
  if (layout.dims.size() < 3) throw Error("a product of two values that is no attention");
  Matrices matrices;
  for (size_t k = 0; k + 2 < layout.dims.size(); ++k) {
    matrices.batch.insert(matrices.batch.end(), layout.dims[k].begin(), layout.dims[k].end());
  }
  matrices.rows = layout.dims[layout.dims.size() - 2];
  matrices.columns = layout.dims.back();
  return matrices;
}

bool runs_over(const Dimension& dim, Axis axis, int64_t size, int64_t stride) {
  return size == 1 ? dim.empty() : dim == Dimension{{axis, size, stride}};
}

// Images, then heads of `width` channels.
bool is_batch(const Dimension& batch, int64_t images, int64_t heads, int64_t width) {
  Dimension wanted = {{Axis::kBatch, images, 1}};
  if (heads > 1) wanted.push_back({Axis::kChannel, heads, width});
  return batch == wanted;
}

// The heads of tokens whose head has `width` channels, if rows are tokens and columns channels.
int64_t heads_of(const Draft& draft, const Symbol& symbol, const Matrices& matrices) {
  const Step& step = draft.step(symbol.step);
  int64_t width = 1;
  for (const Factor& factor : matrices.columns) width *= factor.size;
  const bool fits = step.form == Form::kTokens && step.shape.channels % width == 0 &&
                    runs_over(matrices.columns, Axis::kChannel, width, 1) &&
                    runs_over(matrices.rows, Axis::kPlace, step.places(), 1) &&
                    is_batch(matrices.batch, draft.batch(), step.shape.channels / width, width);
  if (!fits) throw Error("a product of two values that is no attention");
  return step.shape.channels / width;
}

void note_role(Draft& draft, int step, Role role) {
  if (draft.step(step).kind == OpKind::kLinear && draft.step(step).role == Role::kNone) draft.set_role(step, role);
}

// The scores' layout (N, heads, queries, keys) with the batch dimensions as in `like`, a tensor of matrices.
Layout scores_layout(const Draft& draft, const Layout& like, int64_t heads, int64_t queries, int64_t keys) {
  const Layout plain = map_layout(draft.batch(), {heads, queries, keys});
  std::vector<int64_t> sizes = like.sizes();
  sizes[sizes.size() - 2] = queries;
  sizes.back() = keys;
  const auto layout = reshaped(plain, sizes);
  if (!layout) throw Error("a product of two values that is no attention");
  return *layout;
}

// q k^T by head, which waits for its softmax. `key` is not transposed.
Symbol product_with_keys(const ScriptCall& call, Symbol query, Symbol key) {
  Draft& draft = call.draft();
  const double scale = query.scale * key.scale;
  query.scale = key.scale = 1.0;
  query = draft.on_tokens(query, call.scope);
  key = draft.on_tokens(key, call.scope);
  const int64_t heads = heads_of(draft, query, matrices_of(query.layout));
  const bool same = heads_of(draft, key, matrices_of(key.layout)) == heads &&
                    draft.step(query.step).shape.channels == draft.step(key.step).shape.channels;
  if (!same) throw Error("queries and keys with different heads");
  note_role(draft, query.step, Role::kQuery);
  note_role(draft, key.step, Role::kKey);
  Step step;
  step.kind = OpKind::kAttentionScores;
  step.heads = static_cast<int>(heads);
  step.shape = {heads, draft.step(query.step).places(), draft.step(key.step).places()};
  step.operands = {query.step, key.step};
  Symbol product;
  product.layout = scores_layout(draft, query.layout, heads, step.shape.height, step.shape.width);
  product.step = draft.add(std::move(step));
  product.scale = scale;
  return product;
}

Symbol softmax(const ScriptCall& call, const Symbol& product) {
  Draft& draft = call.draft();
  const Step& logits = draft.step(product.step);
  if (logits.add) throw Error("a softmax that is not of queries times keys");
  if (!runs_over(product.layout.dims.back(), Axis::kPlace, logits.shape.width, 1)) throw Error("not over the keys");
  const double width = static_cast<double>(draft.step(logits.operands[0]).shape.channels / logits.heads);
  if (std::abs(product.scale * std::sqrt(width) - 1.0) > 1e-5) {
    throw Error("attention whose scale is not one by the root of a head's channels");
  }
  Step step = logits;
  step.add = [heads = logits.heads, scope = call.scope](OpGraph& graph, const std::vector<int>& x, Role) {
    return graph.attention_scores(x[0], x[1], heads, scope);
  };
  Symbol scores = product;
  scores.scale = 1.0;
  scores.step = draft.add(std::move(step));
  return scores;
}

Symbol context(const ScriptCall& call, const Symbol& scores, const Symbol& values) {
  Draft& draft = call.draft();
  const Step& weights = draft.step(scores.step);
  const bool of_scores = weights.kind == OpKind::kAttentionScores && weights.add;
  const Matrices by = matrices_of(scores.layout);
  if (!of_scores || !runs_over(by.rows, Axis::kPlace, weights.shape.height, weights.shape.width) ||
      !runs_over(by.columns, Axis::kPlace, weights.shape.width, 1)) {
    throw Error("a product of two values that is no attention");
  }
  const Symbol value = draft.on_tokens(values, call.scope);
  const int64_t heads = heads_of(draft, value, matrices_of(value.layout));
  if (heads != weights.shape.channels) throw Error("values with other heads than the scores");
  note_role(draft, value.step, Role::kValue);
  const int64_t channels = draft.step(value.step).shape.channels, queries = weights.shape.height;
  Step step;
  step.kind = OpKind::kAttentionContext;
  step.form = Form::kTokens;
  step.shape = {channels, queries, 1, /*tokens=*/true};
  step.operands = {scores.step, value.step};
  step.add = [scope = call.scope](OpGraph& graph, const std::vector<int>& x, Role) {
    return graph.attention_context(x[0], x[1], scope);
  };
  Symbol result;
  result.step = draft.add(std::move(step));
  result.layout = value.layout;
  result.layout.dims[result.layout.dims.size() - 2] = token_layout(1, {1, queries, 1, true}).dims[1];
  return result;
}

Symbol matrix_product(const ScriptCall& call, const Tensor& left, const Tensor& right) {
  if (call.trace.symbol(right) == nullptr) {
    if (right.dim() != 2) throw Error("with a constant that is no matrix");
    return linear_layer(call, call.symbol(left), right.t(), {});
  }
  const Symbol a = call.symbol(left);
  Symbol b = call.symbol(right);
  const bool of_scores = call.draft().step(a.step).kind == OpKind::kAttentionScores;
  if (of_scores) return context(call, a, b);
  if (b.layout.dims.size() < 3) throw Error("a product of two values that is no attention");
  std::swap(b.layout.dims[b.layout.dims.size() - 1], b.layout.dims[b.layout.dims.size() - 2]);
  return product_with_keys(call, a, b);
}

Symbol whole_attention(const ScriptCall& call) {
  if (call.has("attn_mask")) throw Error("attention with a mask");
  if (call.has("is_causal") && call.flag("is_causal")) throw Error("attention to earlier tokens only");
  Symbol product = product_with_keys(call, call.symbol("query"), call.symbol("key"));
  const double width = static_cast<double>(call.tensor("query").size(-1));
  const auto scale = call.has("scale") ? call.number(call.argument("scale")) : std::nullopt;
  product.scale *= scale.value_or(1.0 / std::sqrt(width));
  return context(call, softmax(call, product), call.symbol("value"));
}

}  // namespace

Symbols apply_attention_rule(const std::string& name, const ScriptCall& call) {
  if (name == "aten::matmul") return one(matrix_product(call, call.tensor("self"), call.tensor("other")));
  if (name == "aten::mm" || name == "aten::bmm") {
    return one(matrix_product(call, call.tensor("self"), call.tensor("mat2")));
  }
  if (name == "aten::softmax") {
    if (call.dimension("dim") + 1 != call.symbol("self").layout.dims.size()) throw Error("not over the last dimension");
    return one(softmax(call, call.symbol("self")));
  }
  if (name == "aten::scaled_dot_product_attention" || name == "aten::_scaled_dot_product_attention") {
    return one(whole_attention(call));
  }
  return std::nullopt;
}

}  // namespace zeroth::nn
