// Lets better-sqlite3 13 (Node-API 10) run on a runtime of Node-API 9 (Electron before 35, Node before 22.14).
// It uses one thing of version 10: references to strings. Here a primitive is kept in a tagged object instead.
#pragma once
#undef NAPI_VERSION
#define NAPI_VERSION 9
#include <node_api.h>

namespace node_api_9 {

static const napi_type_tag box_tag = {0x5d2c1f0b7a9e4c63ULL, 0xa81be3f2046d97c5ULL};

inline bool is_primitive(napi_env env, napi_value value) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok) return false;
  return type != napi_object && type != napi_function && type != napi_external;
}

inline napi_status create_reference(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  if (!is_primitive(env, value)) return napi_create_reference(env, value, count, result);
  napi_value box;
  napi_status status = napi_create_object(env, &box);
  if (status == napi_ok) status = napi_type_tag_object(env, box, &box_tag);
  if (status == napi_ok) status = napi_set_element(env, box, 0, value);
  if (status == napi_ok) status = napi_create_reference(env, box, count, result);
  return status;
}

inline napi_status get_reference_value(napi_env env, napi_ref reference, napi_value* result) {
  napi_status status = napi_get_reference_value(env, reference, result);
  if (status != napi_ok || *result == nullptr) return status;
  napi_valuetype type;
  status = napi_typeof(env, *result, &type);
  if (status != napi_ok || type != napi_object) return status;
  bool boxed = false;
  status = napi_check_object_type_tag(env, *result, &box_tag, &boxed);
  if (status != napi_ok || !boxed) return status;
  return napi_get_element(env, *result, 0, result);
}

}  // namespace node_api_9

#define napi_create_reference node_api_9::create_reference
#define napi_get_reference_value node_api_9::get_reference_value
