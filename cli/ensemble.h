// The subcommands of `zeroth ensemble`, each in a file of its own.
#pragma once

namespace CLI {
class App;
}

namespace zeroth::cli {

void add_ensemble_fit(CLI::App& ensemble, int& exit_code);
void add_ensemble_apply(CLI::App& ensemble, int& exit_code);
void add_ensemble_compare(CLI::App& ensemble, int& exit_code);
void add_ensemble_labels(CLI::App& ensemble, int& exit_code);
void add_ensemble_explain(CLI::App& ensemble, int& exit_code);

}  // namespace zeroth::cli
