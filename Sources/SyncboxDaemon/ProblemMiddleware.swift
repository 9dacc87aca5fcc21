// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Logging

/// Turns every error of the routes behind it into `ProblemDetails`, also those of Hummingbird itself (no such route, a
/// body that is too long). What is not meant for the other side is logged instead of told.
package struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    package init() {}

    package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let details as ProblemDetails {
            throw details
        } catch let error as HTTPError {
            throw ProblemDetails(error.status, detail: error.body)
        } catch let error as any HTTPResponseError {
            throw ProblemDetails(error.status)
        } catch {
            context.logger.error("\(request.method) \(request.uri.path) failed: \(error)")
            throw ProblemDetails(.internalServerError, detail: "the reason is in the daemon's log")
        }
    }
}
