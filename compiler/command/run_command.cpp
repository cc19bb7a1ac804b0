#include "compiler/command/output_folder.hpp"
#include "compiler/command/run_inputs.hpp"
#include "compiler/command/run_report.hpp"
#include "compiler/command/runnable.hpp"

#include <fovea/runtime/tensor_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

namespace fovea::command {
namespace {

class RunCommand {
 public:
  explicit RunCommand(CLI::App& verb);
  void run() const;

 private:
  void check_outputs(const std::vector<TensorInfo>& outputs) const;
  TopOptions top_options(const std::vector<TensorInfo>& outputs) const;

  RunnableSource source_;
  RunInputs inputs_;
  std::string output_folder_, labels_;
  int64_t top_ = 0;
  uint32_t threads_ = 0;
  bool json_ = false;
};

RunCommand::RunCommand(CLI::App& verb) {
  inputs_.add_to(verb);
  verb.add_option("-o,--output-dir", output_folder_,
                  "write each output to FOLDER/NAME.npy; made if absent")
      ->option_text("FOLDER");
  CLI::Option* top =
      verb.add_option("--top", top_,
                      "show the K largest entries of each row of the outputs of rank 2")
          ->option_text("K")
          ->check(CLI::Range(int64_t{1}, int64_t{1} << 40));
  verb.add_option("--labels", labels_, "what the columns mean, for --top: a text, one label a line")
      ->option_text("FILE")
      ->needs(top);
  verb.add_option("--threads", threads_, "threads that run (default: all cores)")
      ->option_text("N")
      ->check(CLI::Range(1, 4096));
  verb.add_flag("--json", json_, "report for machines");
  source_.add_to(verb);
}

// "probs" -> "probs.npy"; what is no letter, digit, '-', '_' or '.' becomes '_'.
std::string file_name(const std::string& output) {
  std::string name = output;
  std::ranges::replace_if(
      name,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_' || c == '.');
      },
      '_');
  return name + ".npy";
}

// What would only be noticed after the run.
void RunCommand::check_outputs(const std::vector<TensorInfo>& outputs) const {
  if (output_folder_.empty())
    return;
  std::map<std::string, std::string> names;
  for (const TensorInfo& output : outputs) {
    const auto [other, is_new] = names.emplace(file_name(output.name), output.name);
    if (!is_new)
      throw Error({.what = "outputs '" + other->second + "' and '" + output.name +
                           "' would both be written to " + other->first,
                   .hint = "give one of them another name in the model"});
    if (output.type.dtype == DType::bf16)
      throw Error({.what = "output '" + output.name + "' cannot be written: it is bf16",
                   .expected = "a type that NumPy has",
                   .hint = "cast it to f32 in the model"});
  }
}

std::vector<std::string> read_labels(const std::string& path) {
  std::error_code ignored;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, ignored)) // a pipe would wait
    file.open(path);
  std::vector<std::string> labels;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r'))
      line.pop_back();
    labels.push_back(line);
  }
  if (!file.is_open() || file.bad() || labels.empty())
    throw Error({.what = path + ": labels cannot be read",
                 .expected = "a text file, one label a line",
                 .got = file.is_open() ? "an empty file" : "no file that can be read"});
  return labels;
}

TopOptions RunCommand::top_options(const std::vector<TensorInfo>& outputs) const {
  TopOptions options{.count = top_, .labels = {}};
  if (top_ == 0)
    return options;
  std::vector<TensorInfo> with_rows = outputs;
  std::erase_if(with_rows, [](const TensorInfo& output) { return output.type.shape.rank() != 2; });
  if (with_rows.empty())
    throw Error({.what = "--top: the model has no output with rows",
                 .expected = "an output of rank 2",
                 .got = outputs.front().name + " " + to_string(outputs.front().type)});
  if (labels_.empty())
    return options;
  options.labels = read_labels(labels_);
  for (const TensorInfo& output : with_rows)
    if (output.type.shape[1] != static_cast<int64_t>(options.labels.size()))
      throw Error({.what = labels_ + ": the labels are not those of output '" + output.name + "'",
                   .expected = fmt::format("{} lines", output.type.shape[1]),
                   .got = std::to_string(options.labels.size())});
  return options;
}

// The part of an output that the run wrote: some are smaller than their greatest shape.
host::HostTensor actual(const host::HostTensor& tensor, const fovea_buffer& buffer) {
  host::HostTensor result = host::HostTensor::uninitialised(
      tensor.dtype(), {buffer.extents, buffer.extents + buffer.rank});
  std::copy_n(tensor.bytes(), result.size_bytes(), result.bytes());
  return result;
}

std::vector<RunResult> run_once(const Runnable& runnable, uint32_t threads,
                                host::TensorMap& inputs) {
  const host::Model& model = runnable.model;
  std::vector<host::HostTensor> outputs;
  std::vector<fovea_buffer> in, out;
  for (uint64_t k = 0; k < model.input_count(); ++k)
    in.push_back(inputs.at(model.input(k).name).buffer());
  for (uint64_t k = 0; k < model.output_count(); ++k) {
    const fovea_tensor_info& info = model.output(k);
    outputs.emplace_back(info.dtype, std::vector<int64_t>(info.extents, info.extents + info.rank));
    out.push_back(outputs.back().buffer());
  }
  host::Context(model, threads).run(in, out);
  std::vector<RunResult> results;
  for (size_t k = 0; k < outputs.size(); ++k)
    results.push_back({model.output(k).name, actual(outputs[k], out[k]), {}});
  return results;
}

void write_results(const std::string& path, std::vector<RunResult>& results) {
  OutputFolder folder(path);
  for (RunResult& result : results) {
    const std::string name = file_name(result.name);
    result.file = (std::filesystem::path(path) / name).string();
    try {
      host::write_npy(folder.open(name), result.tensor);
    } catch (const host::FileError& error) { // of the temporary
      throw host::FileError(result.file, error.fields());
    }
  }
  folder.commit();
}

void RunCommand::run() const {
  if (!output_folder_.empty())
    OutputFolder{output_folder_}; // throws where files cannot be written there
  host::TensorMap inputs;
  TopOptions top;
  const Runnable runnable = source_.open(
      [&](const Signature& signature) {
        check_outputs(signature.outputs);
        top = top_options(signature.outputs);
        inputs = inputs_.read(signature);
      },
      [&](const std::vector<OpenInput>& open) { return inputs_.types(open); });
  std::vector<RunResult> results = run_once(runnable, threads_, inputs);
  if (!output_folder_.empty())
    write_results(output_folder_, results);
  if (json_) {
    print_json({{"model", runnable.name},
                {"outputs", to_json(results, top)},
                {"warnings", runnable.warnings}});
    return;
  }
  std::string text;
  if (top_ == 0 || !output_folder_.empty())
    text = summary_table(results);
  if (top_ > 0)
    text += (text.empty() ? "" : "\n") + top_tables(results, top);
  std::fputs(text.c_str(), stdout);
}

} // namespace

void add_run(CLI::App& fovea) {
  CLI::App* verb = add_verb(
      fovea, "run",
      "Run a model, or a library, on tensors from files. Says what the outputs are, or writes them "
      "as NumPy files.",
      "  fovea run lenet5.mlir --input image=digit.npy --output-dir results\n"
      "  fovea run lenet5.so --input digit.png --top 3 --labels digits.txt\n"
      "  fovea run zoo:lenet5 --load lenet5.safetensors --batch 256 --input images.npy\n"
      "  fovea run resnet.so --input photo.jpg --fit crop --shorter-side 256 \\\n"
      "      --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --top 5 --labels imagenet.txt");
  auto command = std::make_shared<RunCommand>(*verb);
  verb->callback([command] { command->run(); });
}

} // namespace fovea::command
