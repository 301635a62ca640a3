// The subcommands. Each file of this folder adds one to the program: its options, its help, and what it does, which
// sets the exit code (0 done, 1 failure, 2 usage, 3 all rows failed, 130 or 143 interrupted). Mistakes of the user are
// thrown as core::Error and printed by main().
#pragma once

namespace CLI {
class App;
}

namespace zeroth::cli {

inline constexpr int kAllRowsFailed = 3;  // an exit code

void add_rank(CLI::App& program, int& exit_code);
void add_search(CLI::App& program, int& exit_code);
void add_canonical(CLI::App& program, int& exit_code);
void add_ensemble(CLI::App& program, int& exit_code);
void add_eval(CLI::App& program, int& exit_code);
void add_diff(CLI::App& program, int& exit_code);
void add_report(CLI::App& program, int& exit_code);
void add_explain(CLI::App& program, int& exit_code);
void add_list(CLI::App& program, int& exit_code);
void add_bench(CLI::App& program, int& exit_code);
void add_export(CLI::App& program, int& exit_code);
void add_convert(CLI::App& program, int& exit_code);
void add_run(CLI::App& program, int& exit_code);
void add_benchmark(CLI::App& program, int& exit_code);
void add_prescreen(CLI::App& program, int& exit_code);
void add_serve(CLI::App& program, int& exit_code);
void add_confirm(CLI::App& program, int& exit_code);
void add_cost(CLI::App& program, int& exit_code);

}  // namespace zeroth::cli
