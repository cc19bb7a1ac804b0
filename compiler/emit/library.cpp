#include "compiler/emit/library.hpp"

#include "compiler/emit/constant_data.hpp"
#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/program.hpp"

#include <fovea/error.hpp>
#include <fovea/runtime/abi.h>

#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/IR/ImplicitLocOpBuilder.h>
#include <mlir/IR/Verifier.h>

#include <cstddef>

namespace fovea::emission {
namespace LLVM = mlir::LLVM;
namespace {

constexpr const char* program_symbol = "fovea_library_program";
constexpr const char* table_symbol = "fovea_library_table";
constexpr const char* parameters_symbol = "fovea_library_parameters";
constexpr const char* parameter_data_symbol = "fovea_library_parameter_data";
constexpr const char* weights_file_symbol = "fovea_library_weights_file";

std::string numbered(const std::string& symbol, size_t number) {
  return number ? symbol + "_" + std::to_string(number) : symbol;
}

// Functions of runtime/core in whose place others stand where a library holds several programs.
struct Choosing {
  std::string_view plain, choosing;
};
constexpr Choosing of_sets[] = {{"fovea_library_run", "fovea_library_run_shaped"}};
constexpr Choosing of_targets[] = {{"fovea_library_open", "fovea_library_open_variant"},
                                   {"fovea_core_model_open", "fovea_core_model_open_variant"}};

// An exported function, PREFIX_<name>: calls `target` with its own arguments, behind the address of
// `constant` where there is one. p: pointer, i: 32 bits, l: 64 bits; v: nothing.
struct Export {
  const char* name;
  const char* target;
  char result;
  const char* parameters;
  const char* constant = nullptr;
};
constexpr Export exports[] = {
    {"model_open", "fovea_library_open", 'p', "p", program_symbol},
    {"model_close", "fovea_core_model_close", 'v', "p"},
    {"workspace_size", "fovea_core_workspace_size", 'l', "pi"},
    {"context_create", "fovea_library_context_create", 'p', "pp"},
    {"context_destroy", "fovea_core_context_destroy", 'v', "p"},
    {"run", "fovea_library_run", 'i', "ppp"},
    {"message", "fovea_core_message", 'p', "p"},
    {"status_name", "fovea_core_status_name", 'p', "i"},
    {"query", "fovea_library_query", 'i', "lppl", table_symbol},
};

// The functions of the table, each named after its field.
#define FOVEA_TABLE_FUNCTION(field)                                                                \
  { offsetof(fovea_table, field), "fovea_core_" #field }
constexpr struct {
  size_t offset;
  const char* symbol;
} table_functions[] = {
    FOVEA_TABLE_FUNCTION(model_open),      FOVEA_TABLE_FUNCTION(model_close),
    FOVEA_TABLE_FUNCTION(model_program),   FOVEA_TABLE_FUNCTION(input_count),
    FOVEA_TABLE_FUNCTION(output_count),    FOVEA_TABLE_FUNCTION(parameter_count),
    FOVEA_TABLE_FUNCTION(input_info),      FOVEA_TABLE_FUNCTION(output_info),
    FOVEA_TABLE_FUNCTION(parameter_info),  FOVEA_TABLE_FUNCTION(workspace_size),
    FOVEA_TABLE_FUNCTION(context_create),  FOVEA_TABLE_FUNCTION(context_destroy),
    FOVEA_TABLE_FUNCTION(context_threads), FOVEA_TABLE_FUNCTION(run),
    FOVEA_TABLE_FUNCTION(message),         FOVEA_TABLE_FUNCTION(status_name),
};
#undef FOVEA_TABLE_FUNCTION
static_assert(sizeof(fovea_table) ==
                  offsetof(fovea_table, model_open) + sizeof(void*) * std::size(table_functions),
              "a function of the table has no place in emitted libraries");

class LibraryBuilder {
 public:
  // `number`: which program it is; 0: the first, or only one.
  LibraryBuilder(mlir::ModuleOp module, const Library& library, size_t number)
      : module_(module), library_(library), number_(number),
        builder_(module.getLoc(), mlir::OpBuilder::atBlockEnd(module.getBody())), data_(module) {}

  void build() {
    const Place program = add_program();
    if (number_)
      return;
    add_table(program);
    for (const Export& function : exports)
      add_export(function);
  }

 private:
  bool has_targets() const { return !library_.targets.empty(); }
  size_t target() const { return number_ / library_.sets; }
  bool is_first_set() const { return number_ % library_.sets == 0; }
  // The first program's object has what all share, and the others refer to it.
  bool is_shared() const { return library_.sets > 1 || has_targets(); }

  // Of the first set of a target: the programs of its other sets.
  std::vector<Place> other_sets() {
    std::vector<Place> programs;
    for (size_t k = 1; k < library_.sets && is_first_set(); ++k)
      programs.push_back(data_.external_data(numbered(program_symbol, number_ + k)));
    return programs;
  }

  // Of the first target's programs: those of the same set for the other targets.
  std::vector<Place> other_targets() {
    std::vector<Place> programs;
    for (size_t k = 1; k < library_.targets.size() && target() == 0; ++k)
      programs.push_back(
          data_.external_data(numbered(program_symbol, number_ + k * library_.sets)));
    return programs;
  }

  Place list(const char* symbol, const std::vector<Place>& programs) {
    ConstantData pointers;
    for (const Place& program : programs)
      pointers.append_pointer(program);
    return data_.add(symbol, pointers);
  }

  Place tensors(const char* symbol, const std::vector<ir::PlanValue>& values,
                bool for_other_objects = false) {
    ConstantData infos;
    for (const ir::PlanValue& value : values) {
      infos.append(tensor_info(value));
      infos.point(offsetof(fovea_tensor_info, name), data_.string(value.name));
    }
    return data_.add(symbol, infos, for_other_objects);
  }

  Place parameters() {
    if (library_.plan.parameters.empty())
      return {};
    return number_ ? data_.external_data(parameters_symbol)
                   : tensors(parameters_symbol, library_.plan.parameters, is_shared());
  }

  Place calls() {
    ConstantData infos;
    for (const ir::Call& call : library_.plan.calls) {
      infos.append(call_info(call));
      infos.point(offsetof(fovea_call_info, layer), data_.string(call.layer));
      infos.point(offsetof(fovea_call_info, ops), data_.string(call.ops));
      infos.point(offsetof(fovea_call_info, algorithm), data_.string(call.algorithm));
    }
    return data_.add("fovea_library_calls", infos);
  }

  // The addresses of embedded weights.
  Place parameter_data() {
    if (library_.weights != LibraryWeights::embedded || library_.layout.offsets.empty())
      return {};
    if (number_)
      return data_.external_data(parameter_data_symbol);
    const Place weights = data_.external_data(weights_symbol(library_.prefix));
    ConstantData addresses;
    for (uint64_t offset : library_.layout.offsets)
      addresses.append_pointer({weights.symbol, offset});
    return data_.add(parameter_data_symbol, addresses, is_shared());
  }

  Place weights_file() {
    if (library_.weights != LibraryWeights::file)
      return {};
    if (number_)
      return data_.external_data(weights_file_symbol);
    ConstantData offsets;
    for (uint64_t offset : library_.layout.offsets)
      offsets.append(offset);
    fovea_weights_file file{};
    file.struct_size = sizeof file;
    file.bytes = library_.layout.bytes;
    file.fingerprint = weights_fingerprint(library_.plan.parameters);
    ConstantData data;
    data.append(file);
    data.point(offsetof(fovea_weights_file, file_name), data_.string(library_.weights_file_name));
    data.point(offsetof(fovea_weights_file, offsets),
               data_.add("fovea_library_weights_offsets", offsets));
    return data_.add(weights_file_symbol, data, is_shared());
  }

  // What prepares the weights for all sets of a target is part of the first one's object.
  Place preparation() {
    if (library_.plan.prepared_bytes == 0)
      return {};
    return is_first_set()
               ? Place{prepare_symbol, 0}
               : data_.external_function(numbered(prepare_symbol, target() * library_.sets));
  }

  Place add_program() {
    const ir::Plan& plan = library_.plan;
    fovea_program program{};
    // Where there is nothing to say of targets, nothing is stored of them.
    program.struct_size = has_targets() ? sizeof program : FOVEA_PROGRAM_SETS_BYTES;
    program.abi_version = FOVEA_ABI_VERSION;
    program.input_count = plan.inputs.size();
    program.output_count = plan.outputs.size();
    program.parameter_count = plan.parameters.size();
    program.arena_bytes = static_cast<uint64_t>(plan.arena_bytes);
    program.thread_scratch_bytes = library_.thread_scratch_bytes;
    program.call_count = plan.calls.size();
    program.cpu_features = library_.cpu_features;
    program.prepared_bytes = static_cast<uint64_t>(plan.prepared_bytes);
    program.prepare_scratch_bytes = library_.prepare_scratch_bytes;
    const std::vector<Place> sets = other_sets(), variants = other_targets();
    program.set_count = sets.size();
    program.variant_count = variants.size();
    ConstantData data;
    data.append(program, program.struct_size);
    data.point(offsetof(fovea_program, name), data_.string(plan.name));
    data.point(offsetof(fovea_program, inputs), tensors("fovea_library_inputs", plan.inputs));
    data.point(offsetof(fovea_program, outputs), tensors("fovea_library_outputs", plan.outputs));
    data.point(offsetof(fovea_program, parameters), parameters());
    data.point(offsetof(fovea_program, parameter_data), parameter_data());
    data.point(offsetof(fovea_program, entry), {driver_symbol, 0});
    data.point(offsetof(fovea_program, prepare), preparation());
    data.point(offsetof(fovea_program, calls), calls());
    data.point(offsetof(fovea_program, weights_file), weights_file());
    data.point(offsetof(fovea_program, sets), list("fovea_library_sets", sets));
    if (has_targets()) {
      data.point(offsetof(fovea_program, variants), list("fovea_library_variants", variants));
      data.point(offsetof(fovea_program, target), data_.string(library_.targets[target()]));
    }
    return data_.add(numbered(program_symbol, number_), data, number_ > 0);
  }

  void add_table(const Place& program) {
    std::vector<Place> programs = other_sets();
    programs.insert(programs.begin(), program);
    fovea_table table{};
    table.struct_size = sizeof table;
    table.abi_version = FOVEA_ABI_VERSION;
    table.program_count = programs.size();
    ConstantData data;
    data.append(table);
    data.point(offsetof(fovea_table, programs), list("fovea_library_programs", programs));
    for (const auto& function : table_functions)
      data.point(function.offset, data_.external_function(core_function(function.symbol)));
    data_.add(table_symbol, data);
  }

  // The one that chooses, where there is something to choose.
  std::string core_function(std::string_view plain) const {
    for (const Choosing& function : of_sets)
      if (library_.sets > 1 && function.plain == plain)
        return std::string(function.choosing);
    for (const Choosing& function : of_targets)
      if (has_targets() && function.plain == plain)
        return std::string(function.choosing);
    return std::string(plain);
  }

  mlir::Type type(char letter) {
    switch (letter) {
    case 'p':
      return LLVM::LLVMPointerType::get(builder_.getContext());
    case 'i':
      return builder_.getI32Type();
    case 'l':
      return builder_.getI64Type();
    default:
      return LLVM::LLVMVoidType::get(builder_.getContext());
    }
  }

  void add_export(const Export& exported) {
    llvm::SmallVector<mlir::Type> types;
    for (const char* letter = exported.parameters; *letter; ++letter)
      types.push_back(type(*letter));
    const mlir::Type result = type(exported.result);

    builder_.setInsertionPointToEnd(module_.getBody());
    auto function = LLVM::LLVMFuncOp::create(builder_, library_.prefix + "_" + exported.name,
                                             LLVM::LLVMFunctionType::get(result, types));
    mlir::Block* entry = function.addEntryBlock(builder_);
    builder_.setInsertionPointToStart(entry);
    llvm::SmallVector<mlir::Value> arguments(entry->args_begin(), entry->args_end());
    if (exported.constant)
      arguments.insert(arguments.begin(),
                       LLVM::AddressOfOp::create(builder_, type('p'), exported.constant));
    llvm::SmallVector<mlir::Type> target_types;
    for (mlir::Value argument : arguments)
      target_types.push_back(argument.getType());
    // The declaration may already stand there for the table, of another type: pointers are opaque.
    const auto target = LLVM::LLVMFunctionType::get(result, target_types);
    auto call = LLVM::CallOp::create(builder_, target,
                                     declare(core_function(exported.target), target), arguments);
    LLVM::ReturnOp::create(builder_, call.getResults());
  }

  llvm::StringRef declare(llvm::StringRef symbol, LLVM::LLVMFunctionType type) {
    if (auto function = module_.lookupSymbol<LLVM::LLVMFuncOp>(symbol)) {
      function.setFunctionType(type);
    } else {
      const mlir::OpBuilder::InsertionGuard guard(builder_);
      builder_.setInsertionPointToEnd(module_.getBody());
      LLVM::LLVMFuncOp::create(builder_, symbol, type);
    }
    return symbol;
  }

  mlir::ModuleOp module_;
  const Library& library_;
  const size_t number_;
  mlir::ImplicitLocOpBuilder builder_;
  ConstantSection data_;
};

} // namespace

static void complete(mlir::ModuleOp module, const Library& library, size_t number) {
  LibraryBuilder(module, library, number).build();
  if (mlir::failed(mlir::verify(module)))
    throw Error(
        {.what = "internal error: the library of '" + library.plan.name + "' does not verify"});
}

void complete_library(mlir::ModuleOp module, const Library& library) {
  complete(module, library, 0);
}

void complete_other_program(mlir::ModuleOp module, const Library& library, size_t number) {
  complete(module, library, number);
}

std::map<std::string, std::string> symbols_of_other_program(const Library& library, size_t number) {
  std::map<std::string, std::string> names{{driver_symbol, numbered(driver_symbol, number)}};
  if (number % library.sets == 0) // else it refers to another object's
    names[prepare_symbol] = numbered(prepare_symbol, number);
  return names;
}

std::vector<std::string> exported_symbols(const std::string& prefix) {
  std::vector<std::string> symbols;
  for (const Export& exported : exports)
    symbols.push_back(prefix + "_" + exported.name);
  return symbols;
}

std::string weights_symbol(const std::string& prefix) {
  return prefix + "_weights_data";
}

} // namespace fovea::emission
