// The ODS records against the structs of fovea/ops: the same ops, attributes, kinds and defaults.
#include "compiler/ir/op_bridge.hpp"
#include "compiler/ir/ops.hpp"

#include <fovea/all_ops.hpp>

#include <gtest/gtest.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/MLIRContext.h>

#include <set>

namespace fovea::ir {
namespace {

class OpRecords : public ::testing::Test {
 protected:
  OpRecords() { context.loadDialect<FoveaDialect>(); }

  // Calls `check` for every op, as Op{} and as its registered name.
  template <class Check>
  void for_each_op(Check&& check) {
    ops::All::for_each([&]<class Op>() {
      SCOPED_TRACE(Op::name);
      const mlir::OperationName name(std::string("fovea.") + Op::name, &context);
      ASSERT_TRUE(name.isRegistered()) << "no record in a Fovea*Ops.td";
      check(Op{}, name);
    });
  }

  mlir::MLIRContext context;
};

TEST_F(OpRecords, HaveTheAttributesOfTheStructs) {
  for_each_op([](const auto& op, const mlir::OperationName& name) {
    std::set<std::string> fields, attributes;
    for (const auto& [field, value] : attributes_of(op))
      fields.insert(field);
    for (mlir::StringAttr attribute : name.getAttributeNames())
      attributes.insert(attribute.str());
    ASSERT_TRUE(attributes.erase("layer"));
    EXPECT_EQ(fields, attributes);
  });
}

TEST_F(OpRecords, HaveTheDefaultsOfTheStructs) {
  for_each_op([&](const auto& op, const mlir::OperationName& name) {
    mlir::Operation* made = mlir::OpBuilder(&context).create(
        mlir::OperationState(mlir::UnknownLoc::get(&context), name));
    for (const auto& [field, value] : attributes_of(op)) {
      ASSERT_TRUE(made->getAttr(field)) << field << " has no default";
      EXPECT_EQ(made->getAttr(field), to_mlir(context, value)) << field;
    }
    made->destroy();
  });
}

TEST_F(OpRecords, SayWhichStructTheyAre) {
  for_each_op([&](const auto& op, const mlir::OperationName& name) {
    mlir::Operation* made = mlir::OpBuilder(&context).create(
        mlir::OperationState(mlir::UnknownLoc::get(&context), name));
    ASSERT_TRUE(mlir::isa<FoveaOpInterface>(made));
    std::string expected; // "avg_pool" -> "AvgPool"
    bool upper = true;
    for (const char* p = op.name; *p; ++p) {
      if (*p != '_')
        expected += upper ? static_cast<char>(*p - 'a' + 'A') : *p;
      upper = *p == '_';
    }
    EXPECT_EQ(mlir::cast<FoveaOpInterface>(made).struct_name().str(), expected);
    made->destroy();
  });
}

TEST(AttributeValues, SurviveTheWayToIRAndBack) {
  mlir::MLIRContext context;
  for (const AttributeValue& value :
       {AttributeValue(true), AttributeValue(false), AttributeValue(int64_t{-7}),
        AttributeValue(1e-5), AttributeValue(std::string("same")),
        AttributeValue(std::vector<int64_t>{3, 5}), AttributeValue(std::vector<int64_t>{})}) {
    const std::optional<AttributeValue> back = from_mlir(to_mlir(context, value));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, value);
  }
}

TEST(AttributeValues, OfOtherKindsAreRefused) {
  mlir::MLIRContext context;
  mlir::Builder builder(&context);
  EXPECT_FALSE(from_mlir(builder.getI32IntegerAttr(1)));
  EXPECT_FALSE(from_mlir(builder.getF32FloatAttr(1)));
  EXPECT_FALSE(from_mlir(builder.getUnitAttr()));
}

TEST(Types, SurviveTheWayToIRAndBack) {
  mlir::MLIRContext context;
  for (size_t k = 0; k < dtype_names.size(); ++k)
    for (const Shape& shape : {Shape{}, Shape{1, 3, 224, 224}, Shape::filled(max_rank, 1)}) {
      const TensorType type{static_cast<DType>(k), shape};
      ASSERT_TRUE(is_tensor(to_mlir(context, type))) << to_string(type);
      EXPECT_EQ(tensor_type_of(to_mlir(context, type)), type);
    }
}

} // namespace
} // namespace fovea::ir
